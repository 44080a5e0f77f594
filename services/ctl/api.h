#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libs/http/client.h"
#include "services/ctl/json.h"

namespace vefa::ctl {

// Whom to sign in as and where.
struct Credentials {
  std::string url;
  std::string tenant;
  std::string email;
  std::string password;
};

// From VEFA_CREDENTIALS and VEFA_URL. FAILED_PRECONDITION `CONFIGURATION` says what is missing.
Result<Credentials> ReadCredentials();

// Speaks to the gateway's REST surface as a signed-in user. Every call it is used for may be
// repeated, so what is UNAVAILABLE is tried again, with growing pauses, until `patience` is over:
// a gateway or a service that is being restarted is waited for. Used by one thread.
class Api {
 public:
  static Result<std::unique_ptr<Api>> SignIn(Credentials credentials, std::chrono::seconds patience);

  Result<Json> Get(const std::string& target) { return Call("GET", target, nullptr); }
  Result<Json> Post(const std::string& target, const Json& body) { return Call("POST", target, &body); }
  Result<Json> Delete(const std::string& target) { return Call("DELETE", target, nullptr); }
  Result<Json> Patch(const std::string& target, const Json& body) { return Call("PATCH", target, &body); }

  // Produces the next chunk of an import as one line of JSON, or nothing at the end.
  using NextChunk = std::function<Result<std::optional<std::string>>()>;
  // Takes the answer to the oldest chunk without one.
  using TakeAnswer = std::function<Status(const Json&)>;
  // Streams chunks over one request, at most kChunksInFlight without an answer. When the stream
  // breaks, a new one begins with the chunks not answered yet: they are sent twice and count once.
  Status StreamChunks(const std::string& path, const NextChunk& next, const TakeAnswer& take);

  // Opens `GET target` and gives its bytes to `take` until that returns false or the peer ends it.
  // Any error is returned: whoever follows a stream decides how to go on.
  Status Follow(const std::string& target, const std::string& last_event_id,
                const std::function<bool(std::string_view)>& take);

  // Opens `POST path` with one line of JSON and gives each line of the answer to `take`. An error in the middle, which comes as a
  // line of its own, is returned, and so is a break: whoever needs the whole begins again.
  Status StreamLines(const std::string& path, const Json& request, const std::function<Status(const std::string&)>& take);

  // Whether the same call may succeed when it is made again later.
  static bool MayPass(const Error& error);
  // Waits before try number `attempt`; false when `give_up` would be passed.
  static bool WaitToRetry(const Error& error, int attempt, Deadline give_up);

 private:
  Api(Credentials credentials, http::Url url, std::chrono::seconds patience)
      : credentials_(std::move(credentials)), patience_(patience), client_(std::move(url)) {}
  Status Authenticate();
  Result<Json> Call(const std::string& method, const std::string& target, const Json* body);
  Result<Json> CallOnce(const std::string& method, const std::string& target, const Json* body);
  http::Request Head(const std::string& method, const std::string& target) const;
  Status StreamOnce(const std::string& path, const NextChunk& next, const TakeAnswer& take,
                    std::deque<std::string>& unanswered, bool& ended, bool& moved);

  const Credentials credentials_;
  const std::chrono::seconds patience_;
  http::Client client_;
  std::string token_;
};

}  // namespace vefa::ctl
