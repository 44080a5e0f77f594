// The streams of Api: newline-delimited JSON in both directions over one request.

#include "libs/http/lines.h"
#include "services/ctl/api.h"
#include "services/ctl/problem.h"

namespace vefa::ctl {
namespace {

// One chunk is worked on while the next one is on its way.
constexpr size_t kChunksInFlight = 2;
constexpr size_t kAnswerLineMax = 1 << 20;
constexpr size_t kStreamLineMax = 4 << 20;
constexpr std::chrono::seconds kChunkTimeout(60);

// The answers of one request, line by line.
class Answers {
 public:
  explicit Answers(http::ClientStream& stream) : stream_(stream) {}

  // The next line, nothing at the end; a refusal or a break as its error.
  Result<std::optional<Json>> Next() {
    if (status_ == 0) {
      VEFA_TRY(http::Response head, stream_.ReadHead(Deadline::After(kChunkTimeout)));
      status_ = head.status;
    }
    if (status_ != 200) return Refusal();
    for (;;) {
      VEFA_TRY(std::optional<std::string> line, lines_.Next());
      if (line && !line->empty()) {
        VEFA_TRY(Json json, ParseJson(*line, "An answer of the import"));
        // An error in the middle of a stream comes as a line of its own.
        if (json.contains("error")) return ErrorFromProblem(json["error"]);
        if (json.contains("reason") && json.contains("code")) return ErrorFromProblem(json);
        return std::optional<Json>(std::move(json));
      }
      VEFA_TRY(std::string bytes, stream_.Read(Deadline::After(kChunkTimeout)));
      if (bytes.empty()) return std::optional<Json>();
      lines_.Feed(bytes);
    }
  }

 private:
  Error Refusal() {
    std::string body;
    while (body.size() < kAnswerLineMax) {
      auto bytes = stream_.Read(Deadline::After(kChunkTimeout));
      if (!bytes.ok() || bytes->empty()) break;
      body += *bytes;
    }
    return ErrorFromProblem(status_, body);
  }

  http::ClientStream& stream_;
  http::LineCutter lines_{kAnswerLineMax};
  int status_ = 0;
};

}  // namespace

Status Api::StreamOnce(const std::string& path, const NextChunk& next, const TakeAnswer& take,
                       std::deque<std::string>& unanswered, bool& ended, bool& moved) {
  auto fill = [&]() -> Status {
    while (!ended && unanswered.size() < kChunksInFlight) {
      VEFA_TRY(std::optional<std::string> chunk, next());
      if (chunk) unanswered.push_back(*chunk + "\n");
      ended = !chunk;
    }
    return Ok();
  };
  VEFA_TRY_OK(fill());
  if (unanswered.empty()) return Ok();
  http::Request head = Head("POST", path);
  head.headers.Add("Content-Type", "application/x-ndjson");
  head.headers.Set("Accept", "application/x-ndjson");
  VEFA_TRY(auto stream, client_.Open(head, true, Deadline::After(kChunkTimeout)));
  Answers answers(*stream);
  size_t sent = 0;
  bool finished = false;
  for (;;) {
    VEFA_TRY_OK(fill());
    for (; sent < unanswered.size(); ++sent) {
      Status written = stream->Write(unanswered[sent], Deadline::After(kChunkTimeout));
      // Whoever refuses a request early has said why.
      if (!written.ok()) {
        auto refusal = answers.Next();
        return refusal.ok() ? written.error() : refusal.error();
      }
    }
    if (unanswered.empty() && !finished) {
      VEFA_TRY_OK(stream->FinishWriting(Deadline::After(kChunkTimeout)));
      finished = true;
    }
    VEFA_TRY(std::optional<Json> answer, answers.Next());
    if (!answer && finished) return Ok();
    if (!answer) return Unavailable("PEER_GONE", "The import stream ended before its last answer.");
    if (unanswered.empty()) return Internal("ANSWER_UNASKED", "The import gave more answers than it got chunks.");
    VEFA_TRY_OK(take(*answer));
    unanswered.pop_front();
    --sent;
    moved = true;
  }
}

Status Api::StreamChunks(const std::string& path, const NextChunk& next, const TakeAnswer& take) {
  std::deque<std::string> unanswered;
  bool ended = false;
  Deadline give_up = Deadline::After(patience_);
  for (int attempt = 0;; ++attempt) {
    bool moved = false;
    Status done = StreamOnce(path, next, take, unanswered, ended, moved);
    // Everything was answered: how the connection ended does not matter any more.
    if (done.ok() || (ended && unanswered.empty() && MayPass(done.error()))) return Ok();
    if (moved) {
      attempt = 0;
      give_up = Deadline::After(patience_);
    }
    Error error = done.error();
    if (error.code == Code::kUnauthenticated && attempt == 0) {
      Status again = Authenticate();
      if (again.ok()) continue;
      error = again.error();
    }
    if (!MayPass(error) || !WaitToRetry(error, attempt, give_up)) return error;
  }
}

Status Api::StreamLines(const std::string& path, const Json& request, const std::function<Status(const std::string&)>& take) {
  http::Request head = Head("POST", path);
  head.headers.Add("Content-Type", "application/x-ndjson");
  head.headers.Set("Accept", "application/x-ndjson");
  VEFA_TRY(auto stream, client_.Open(head, true, Deadline::After(kChunkTimeout)));
  VEFA_TRY_OK(stream->Write(request.dump() + "\n", Deadline::After(kChunkTimeout)));
  VEFA_TRY_OK(stream->FinishWriting(Deadline::After(kChunkTimeout)));
  VEFA_TRY(http::Response answer, stream->ReadHead(Deadline::After(kChunkTimeout)));
  std::string refusal;
  http::LineCutter lines(kStreamLineMax);
  for (;;) {
    VEFA_TRY(std::string bytes, stream->Read(Deadline::After(kChunkTimeout)));
    if (answer.status != 200) {
      refusal += bytes;
      if (bytes.empty() || refusal.size() > kAnswerLineMax) return ErrorFromProblem(answer.status, refusal);
      continue;
    }
    if (bytes.empty()) return Ok();
    lines.Feed(bytes);
    for (;;) {
      VEFA_TRY(std::optional<std::string> line, lines.Next());
      if (!line) break;
      if (line->starts_with("{\"error\"")) {
        VEFA_TRY(Json json, ParseJson(*line, "An answer"));
        return ErrorFromProblem(json["error"]);
      }
      VEFA_TRY_OK(take(*line));
    }
  }
}

}  // namespace vefa::ctl
