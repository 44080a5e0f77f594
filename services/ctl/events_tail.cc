// `vefactl events tail`: the gateway's live stream, one JSON object a line.

#include <iostream>
#include <optional>
#include <utility>

#include "libs/http/lines.h"
#include "services/ctl/api.h"
#include "services/ctl/terminal.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr std::chrono::seconds kTailPatience(60);
constexpr size_t kLineMax = 4 << 20;

// Prints what a stream brings and remembers how far it came.
class Printer {
 public:
  explicit Printer(const EventsTailOptions& options) : options_(options) {}

  // A stream after a break begins with a new line.
  void Begin() {
    lines_.emplace(kLineMax);
    events_ = http::EventAssembler();
  }

  // False when enough was printed, or the stream is not one of events.
  bool Take(std::string_view bytes) {
    moved_ = true;
    lines_->Feed(bytes);
    for (;;) {
      auto line = lines_->Next();
      if (!line.ok()) {
        failure_ = line.error();
        return false;
      }
      if (!line->has_value()) return true;
      auto event = events_.Take(**line);
      if (event && !Print(*event)) return false;
    }
  }

  const std::string& last_id() const { return last_id_; }
  bool TakeMoved() { return std::exchange(moved_, false); }
  const std::optional<Error>& failure() const { return failure_; }

 private:
  bool Print(const http::ServerSentEvent& event) {
    if (!event.id.empty()) last_id_ = event.id;
    if (event.type == "gap") {
      std::cerr << "vefactl: some events were missed; the ledgers have them all\n";
      return true;
    }
    Json json = Json::parse(event.data, nullptr, false);
    std::string type = json.is_discarded() ? "" : TextOf(json, "type");
    if (type.empty() || (!options_.type.empty() && type != options_.type)) return true;
    std::cout << json.dump() << std::endl;
    return ++printed_ != options_.count;
  }

  const EventsTailOptions& options_;
  std::optional<http::LineCutter> lines_;
  http::EventAssembler events_;
  std::string last_id_;
  std::optional<Error> failure_;
  int printed_ = 0;
  bool moved_ = false;
};

Status Tail(const EventsTailOptions& options) {
  VEFA_TRY(Credentials credentials, ReadCredentials());
  VEFA_TRY(auto api, Api::SignIn(std::move(credentials), kTailPatience));
  Printer printer(options);
  Deadline give_up = Deadline::After(kTailPatience);
  for (int attempt = 0;; ++attempt) {
    printer.Begin();
    Status followed =
        api->Follow("/v1/events:stream", printer.last_id(), [&](std::string_view bytes) { return printer.Take(bytes); });
    if (printer.failure()) return *printer.failure();
    if (followed.ok()) return Ok();
    if (printer.TakeMoved()) {
      attempt = 0;
      give_up = Deadline::After(kTailPatience);
    }
    bool signed_out = followed.error().code == Code::kUnauthenticated && attempt == 0;
    if (!signed_out && !Api::MayPass(followed.error())) return followed;
    if (!Api::WaitToRetry(followed.error(), attempt, give_up)) return followed;
  }
}

}  // namespace

int EventsTail(const EventsTailOptions& options) {
  Status done = Tail(options);
  return done.ok() ? kOk : Fail(done.error());
}

}  // namespace vefa::ctl
