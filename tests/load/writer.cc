#include "tests/load/writer.h"

#include <algorithm>

#include "libs/base/backoff.h"

namespace vefa::load {
namespace {

constexpr size_t kKnownMax = 200;
constexpr size_t kChunkRows = 20;
constexpr std::chrono::milliseconds kFirstPause(20);
constexpr std::chrono::milliseconds kLongestPause(500);

std::string ConsentKey(const ConsentDraft& consent) {
  return consent.contact + "@" + std::to_string(consent.occur_time.time_since_epoch().count());
}

}  // namespace

Writer::Writer(int number, uint64_t seed, Writing writing, std::unique_ptr<Door> door, Pace& pace, History& history,
               Totals& totals, const Clock& clock)
    : number_(number), writing_(std::move(writing)), door_(std::move(door)), pace_(pace), history_(history),
      totals_(totals), clock_(clock), random_(seed + static_cast<uint64_t>(number) * 7919) {}

void Writer::Run(std::chrono::seconds grace) {
  grace_ = grace;
  while (!pace_.stopped()) {
    // Of 100 writes 47 are new contacts, 46 consents, 2 imports, 3 imports of orders, 2 no good.
    uint64_t choice = random_() % 100;
    if (known_.empty() || choice < 47) Create(false);
    else if (choice < 93) Consent();
    else if (choice < 95) Import();
    else if (choice < 98) Orders();
    else Create(true);
  }
}

std::string Writer::NextId(const char* what) {
  return writing_.run + "-" + what + std::to_string(number_) + "-" + std::to_string(++made_);
}

ContactDraft Writer::Draft() {
  std::string id = NextId("c");
  return {id, "Person " + writing_.canary + " " + std::to_string(random_() % 1000), id + "@" + writing_.canary + ".example",
          "load-" + writing_.canary};
}

void Writer::Create(bool bad) {
  if (!pace_.Take(1)) return;
  Uuid id = NewUuidV7(clock_);
  ContactDraft draft = Draft();
  if (bad) draft.email = "no address";
  Answer answer = Until([&] { return door_->Create(draft, id); },
                        {{id, writing_.tenant, bad ? "bad" : "create", draft.external_id, draft.display_name, 1,
                          Outcome::kUnknown, "", ""}});
  if (answer.outcome != Outcome::kAcknowledged) return;
  known_.push_back({answer.name, draft.external_id});
  if (known_.size() > kKnownMax) known_.pop_front();
}

void Writer::Consent() {
  if (!pace_.Take(1)) return;
  Uuid id = NewUuidV7(clock_);
  // No two consents of one writer have the same time, so each is a line of its own.
  last_time_ = std::max(clock_.Now(), last_time_ + std::chrono::microseconds(1));
  ConsentDraft draft{Anyone().name, random_() % 2 == 0, "load-" + writing_.canary, last_time_};
  Until([&] { return door_->RecordConsent(draft, id); },
        {{id, writing_.tenant, "consent", ConsentKey(draft), draft.granted ? "1" : "2", 1, Outcome::kUnknown, "", ""}});
}

void Writer::Import() {
  if (!pace_.Take(kChunkRows)) return;
  Uuid id = NewUuidV7(clock_);
  std::vector<ContactDraft> drafts;
  std::vector<Line> lines;
  for (size_t i = 0; i < kChunkRows; ++i) {
    ContactDraft draft = Draft();
    // Half of a chunk changes people that an earlier one made.
    if (i % 2 == 1 && imported_.size() > kChunkRows) {
      draft.external_id = imported_[(imported_.size() - kChunkRows) / kChunkRows + i];
      draft.display_name += " again";
    } else {
      imported_.push_back(draft.external_id);
    }
    lines.push_back({id, writing_.tenant, "import", draft.external_id, draft.display_name, 1, Outcome::kUnknown, "", ""});
    drafts.push_back(std::move(draft));
  }
  while (imported_.size() > kKnownMax) imported_.pop_front();
  Until([&] { return door_->ImportContacts(drafts); }, std::move(lines));
}

void Writer::Orders() {
  if (!pace_.Take(kChunkRows)) return;
  Uuid id = NewUuidV7(clock_);
  std::vector<OrderDraft> drafts;
  std::vector<Line> lines;
  for (size_t i = 0; i < kChunkRows; ++i) {
    OrderDraft draft{NextId("o"), Anyone().name, clock_.Now(), static_cast<int64_t>(1 + random_() % 500)};
    lines.push_back({id, writing_.tenant, "order", draft.external_id, draft.contact, 1, Outcome::kUnknown, "", ""});
    drafts.push_back(std::move(draft));
  }
  Until([&] { return door_->ImportOrders(drafts); }, std::move(lines));
}

void Writer::Note(const Answer& answer, std::vector<Line>& lines, int attempt) {
  for (size_t i = 0; i < lines.size(); ++i) {
    Line& line = lines[i];
    line.attempt = attempt;
    line.outcome = answer.outcome;
    line.name = answer.name;
    line.reason = answer.reason;
    auto rejected = std::find_if(answer.rejected.begin(), answer.rejected.end(),
                                 [i](const auto& reject) { return reject.first == static_cast<int64_t>(i) + 1; });
    if (rejected != answer.rejected.end()) {
      line.outcome = Outcome::kRefused;
      line.reason = rejected->second;
    }
    if (line.outcome == Outcome::kAcknowledged) ++totals_.acknowledged;
    if (line.outcome == Outcome::kRefused) ++totals_.refused;
    history_.Add(line);
  }
}

Answer Writer::Until(const std::function<Answer()>& call, std::vector<Line> lines) {
  ++totals_.requests;
  for (int attempt = 1;; ++attempt) {
    Answer answer = call();
    Note(answer, lines, attempt);
    if (answer.outcome != Outcome::kUnknown) return answer;
    ++totals_.unknown;
    // The end does not interrupt a write: one whose outcome is not known proves nothing.
    if (pace_.stopped()) {
      if (give_up_.at() == Deadline::Never().at()) give_up_ = Deadline::After(grace_);
      if (give_up_.Passed()) {
        totals_.given_up += static_cast<int64_t>(lines.size());
        return answer;
      }
    }
    Pace pause(1);
    pause.Wait(Backoff(attempt - 1, kFirstPause, kLongestPause, RandomShare()));
  }
}

}  // namespace vefa::load
