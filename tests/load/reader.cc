#include "tests/load/reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "libs/base/backoff.h"

namespace vefa::load {
namespace {

using Json = nlohmann::json;
constexpr std::chrono::seconds kPageTimeout(10);
constexpr std::chrono::seconds kQuiet(10);
constexpr std::chrono::seconds kAfterWriters(120);
constexpr std::chrono::milliseconds kReadFirstPause(50);
constexpr std::chrono::milliseconds kReadLongestPause(1000);

}  // namespace

Result<std::string> FeedReader::Send(const std::string& method, const std::string& path, const std::string& query,
                                     const std::string& body) {
  http::Request request;
  request.method = method;
  request.path = path;
  request.query = query;
  request.body = body;
  if (!body.empty()) request.headers.Add("Content-Type", "application/json");
  if (!token_.empty()) request.headers.Add("Authorization", "Bearer " + token_);
  VEFA_TRY(http::Response response, client_.Send(request, Deadline::After(kPageTimeout)));
  if (response.status == 401) token_.clear();
  if (response.status != 200) return Unavailable("HTTP_" + std::to_string(response.status), response.body);
  return std::move(response.body);
}

Result<size_t> FeedReader::ReadPage() {
  if (token_.empty()) {
    Json sign_in{{"tenant", user_.tenant}, {"email", user_.email}, {"password", user_.password}};
    VEFA_TRY(std::string answer, Send("POST", "/v1/session", "", sign_in.dump()));
    token_ = Json::parse(answer, nullptr, false).value("token", "");
  }
  VEFA_TRY(std::string text, Send("GET", "/v1/events", "pageSize=500&waitMs=1000&after=" + cursor_, ""));
  Json page = Json::parse(text, nullptr, false);
  if (!page.is_object() || !page.contains("nextCursor")) return Unavailable("ANSWER_MALFORMED", text.substr(0, 200));
  bool is_foreign = std::any_of(foreign_.begin(), foreign_.end(),
                                [&](const std::string& word) { return text.find(word) != std::string::npos; });
  for (const Json& event : page["events"]) {
    std::string line = tenant_id_ + '\t' + event.value("id", "") + (is_foreign ? "\t1\n" : "\t0\n");
    std::fwrite(line.data(), 1, line.size(), file_);
    is_foreign = false;
  }
  cursor_ = page.value("nextCursor", "");
  return page["events"].size();
}

void FeedReader::Run(const Pace& writers) {
  Deadline quiet = Deadline::After(kQuiet);
  Deadline last = Deadline::After(kAfterWriters);
  int failures = 0;
  while (!last.Passed()) {
    if (!writers.stopped()) last = Deadline::After(kAfterWriters);
    auto read = ReadPage();
    if (!read.ok()) {
      Pace pause(1);
      pause.Wait(Backoff(failures++, kReadFirstPause, kReadLongestPause, RandomShare()));
    } else {
      failures = 0;
    }
    // An outage is no quiet.
    if (!writers.stopped() || !read.ok() || *read > 0) quiet = Deadline::After(kQuiet);
    else if (quiet.Passed()) return;
  }
}

}  // namespace vefa::load
