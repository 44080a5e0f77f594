#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>

#include "libs/base/text.h"
#include "libs/http/server.h"
#include "libs/http/url.h"
#include "services/ctl/json.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr char kSubject[] = "contacts/0191e5f0-0000-7000-8000-0123456789ab";

// A gateway in front of a ledger of one contact: created, moved to another language, agreed, erased.
class FakeHistory {
 public:
  FakeHistory() {
    http::ServerOptions options;
    options.address = "127.0.0.1:0";
    auto started = http::Server::Start(options, [this](const http::Request&) {
      http::Route route;
      route.unary = [this](const http::Request& request) { return Answer(request); };
      return route;
    });
    EXPECT_TRUE(started.ok());
    server_ = std::move(*started);
    std::string file = ::testing::TempDir() + "history_credentials.json";
    EXPECT_TRUE(WriteFile(file, R"({"tenant": "demo", "email": "a@b.example", "password": "secret"})").ok());
    setenv("VEFA_CREDENTIALS", file.c_str(), 1);
    setenv("VEFA_URL", ("http://127.0.0.1:" + std::to_string(server_->port())).c_str(), 1);
  }
  ~FakeHistory() {
    unsetenv("VEFA_CREDENTIALS");
    unsetenv("VEFA_URL");
  }

  int64_t earliest = 1;  // What the ledger keeps.

 private:
  static http::Response Problem(int status, Json problem) {
    problem["status"] = status;
    return http::TextResponse(status, problem.dump(), "application/problem+json");
  }
  static std::string TimeOf(int64_t version) { return "2026-0" + std::to_string(version) + "-01T00:00:00Z"; }
  http::Response Dropped() const {
    return Problem(400, {{"code", "FAILED_PRECONDITION"}, {"reason", "EVENTS_DROPPED"}, {"detail", "Said by a test."},
                         {"metadata", {{"earliest_version", std::to_string(earliest)}}}});
  }

  http::Response Answer(const http::Request& request) {
    if (request.path == "/v1/session") return http::TextResponse(200, R"({"token":"t"})", "application/json");
    std::map<std::string, std::string> query;
    auto parsed = http::ParseQuery(request.query);
    EXPECT_TRUE(parsed.ok());
    for (const auto& [name, value] : *parsed) query[name] = value;
    if (query["subject"] != kSubject)
      return Problem(404, {{"code", "NOT_FOUND"}, {"reason", "SUBJECT_UNKNOWN"}, {"detail", "Said by a test."}});
    Json answer = Json::object();
    if (request.path == "/v1/ledgers/contact/events") {
      int64_t from = IntegerFrom(Json(query["fromVersion"])), to = IntegerFrom(Json(query["toVersion"]));
      if (from < earliest) return Dropped();
      // Two at a time.
      for (int64_t version = from; version <= std::min(to, from + 1); ++version) answer["events"].push_back(EventOf(version));
      answer["nextVersion"] = std::to_string(from + 1 < to ? from + 2 : 0);
      return http::TextResponse(200, answer.dump(), "application/json");
    }
    EXPECT_EQ(request.path, "/v1/ledgers/contact/state");
    int64_t version = 4;
    if (query.contains("version")) version = IntegerFrom(Json(query["version"]));
    for (version = std::min<int64_t>(version, 4); query.contains("time") && version > 0; --version) {
      if (*ParseTime(TimeOf(version)) <= *ParseTime(query["time"])) break;
    }
    if (version != 0 && version < earliest) return Dropped();
    return http::TextResponse(200, StateOf(version, query["open"] == "true").dump(), "application/json");
  }
  static Json EventOf(int64_t version) {
    const char* types[] = {"", "contact.created", "contact.updated", "consent.granted", "contact.erased"};
    return {{"type", types[version]}, {"aggregateVersion", std::to_string(version)}, {"recordTime", TimeOf(version)},
            {"occurTime", version == 3 ? "2025-12-24T00:00:00Z" : TimeOf(version)},
            {"payload", {{"@type", "x"}, {"said", types[version]}}}};
  }
  static Json StateOf(int64_t version, bool open) {
    Json state{{"subject", kSubject}, {"version", std::to_string(version)}, {"state", nullptr}, {"opened", Json::object()}};
    if (version > 0) state["recordTime"] = TimeOf(version);
    if (version == 0 || version == 4) return state;
    Json box{{"keyId", "key-" + std::to_string(std::min<int64_t>(version, 2))}, {"nonce", "bm8="}, {"ciphertext", "Y2k="}};
    state["state"] = {{"state", {{"language", version == 1 ? "en" : "tr"}, {"personal", box}}}};
    if (version == 3) state["state"]["consents"] = Json::parse(R"([{"terms": {"purpose": "win-back"}}])");
    if (open) state["opened"] = {{"state.personal", {{"displayName", version == 1 ? "Ada" : "Ayşe"}}}};
    return state;
  }

  std::unique_ptr<http::Server> server_;
};

int History(std::vector<std::string> words, std::string& out, std::string* errors = nullptr) {
  words.insert(words.begin(), {"vefactl", "history"});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  int code = RunCommandLine(static_cast<int>(arguments.size()), arguments.data());
  out = testing::internal::GetCapturedStdout();
  std::string said = testing::internal::GetCapturedStderr();
  if (errors != nullptr) *errors = said;
  return code;
}

TEST(History, TellsWhatEachEventChangedAndWhatIsLeft) {
  FakeHistory gateway;
  std::string out;
  ASSERT_EQ(History({kSubject}, out), kOk);
  EXPECT_EQ(out,
            "     1  2026-01-01T00:00:00Z  contact.created\n"
            "          state.language: en\n"
            "          state.personal: closed by the key key-1\n"
            "     2  2026-02-01T00:00:00Z  contact.updated\n"
            "          state.language: en -> tr\n"
            "          state.personal: closed by the key key-1 -> closed by the key key-2\n"
            "     3  2026-03-01T00:00:00Z  consent.granted  (happened 2025-12-24T00:00:00Z)\n"
            "          consents[0].terms.purpose: win-back\n"
            "     4  2026-04-01T00:00:00Z  contact.erased\n"
            "          erased: nothing is kept\n"
            "\nVersion 4, recorded 2026-04-01T00:00:00Z: erased, nothing is kept.\n");
}

TEST(History, TellsWhatItWasAtAMoment) {
  FakeHistory gateway;
  std::string out;
  ASSERT_EQ(History({kSubject, "--at", "2026-02-15", "--last", "1", "--open"}, out), kOk);
  EXPECT_EQ(out,
            "     2  2026-02-01T00:00:00Z  contact.updated\n"
            "          state.language: en -> tr\n"
            "          state.personal.displayName: Ada -> Ayşe\n"
            "\nVersion 2, recorded 2026-02-01T00:00:00Z:\n"
            "  state.language: tr\n"
            "  state.personal.displayName: Ayşe\n");
  ASSERT_EQ(History({kSubject, "--version", "1"}, out), kOk);
  EXPECT_NE(out.find("Version 1, recorded 2026-01-01T00:00:00Z:\n  state.language: en\n"), out.npos) << out;
  ASSERT_EQ(History({kSubject, "--at", "2025-01-01"}, out), kOk);
  EXPECT_EQ(out, "\nAt this moment nothing was recorded yet.\n");
  ASSERT_EQ(History({kSubject, "--version", "3", "--json"}, out), kOk);
  Json json = Json::parse(out);
  EXPECT_EQ(json["events"].size(), 3u);
  EXPECT_EQ(json["stateAsOf"]["state"]["state"]["language"], "tr");
}

TEST(History, TellsFieldByFieldWhatDiffers) {
  FakeHistory gateway;
  std::string out;
  ASSERT_EQ(History({kSubject, "--diff", "1", "2026-03-15", "--open"}, out), kOk);
  EXPECT_EQ(out,
            "From version 1 to version 3:\n"
            "  state.language: en -> tr\n"
            "  state.personal.displayName: Ada -> Ayşe\n"
            "  consents[0].terms.purpose: win-back\n");
  ASSERT_EQ(History({kSubject, "--diff", "2", "2"}, out), kOk);
  EXPECT_NE(out.find("nothing differs"), out.npos);
  ASSERT_EQ(History({kSubject, "--diff", "3", "4"}, out), kOk);
  EXPECT_NE(out.find("erased: nothing is kept\n  state.language: tr -> (nothing)\n"), out.npos) << out;
  ASSERT_EQ(History({kSubject, "--diff", "1", "2", "--json"}, out), kOk);
  Json json = Json::parse(out);
  EXPECT_EQ(json["from"]["version"], 1);
  EXPECT_EQ(json["changes"][0], (Json{{"field", "state.language"}, {"before", "en"}, {"after", "tr"}}));
}

TEST(History, WhatIsNoLongerKeptIsSaid) {
  FakeHistory gateway;
  gateway.earliest = 2;
  std::string out;
  ASSERT_EQ(History({kSubject, "--version", "3"}, out), kOk);
  EXPECT_EQ(out.find("Events before these are no longer kept.\n"
                     "     2  2026-02-01T00:00:00Z  contact.updated\n"
                     "          said: contact.updated\n"
                     "     3  "),
            0u)
      << out;
}

TEST(History, SaysWhatIsWrong) {
  FakeHistory gateway;
  std::string out, errors;
  EXPECT_EQ(History({"people/1"}, out, &errors), kFailure);
  EXPECT_NE(errors.find("SUBJECT_UNKNOWN"), errors.npos);
  EXPECT_EQ(History({"contacts/2"}, out, &errors), kFailure);
  EXPECT_NE(errors.find("SUBJECT_UNKNOWN"), errors.npos);
  EXPECT_EQ(History({kSubject, "--at", "yesterday"}, out, &errors), kFailure);
  EXPECT_NE(errors.find("TIME_SYNTAX"), errors.npos);
  EXPECT_EQ(History({kSubject, "--at", "2026-01-01", "--version", "2"}, out), kUsage);
  EXPECT_EQ(History({kSubject, "--diff", "1"}, out), kUsage);
  EXPECT_EQ(History({kSubject, "--version", "0"}, out), kUsage);
}

}  // namespace
}  // namespace vefa::ctl
