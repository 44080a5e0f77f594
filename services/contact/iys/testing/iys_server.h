#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "libs/http/server.h"
#include "libs/http/url.h"
#include "services/contact/iys/iys_registry.h"

namespace vefa::contact {

// IYS as its public pages describe it (dev.iys.org.tr), for tests and for trying things out: tokens that run out, batches that are worked
// off later, its rules with its codes where the pages give them, and a list of changes that lags an hour behind and goes back seven days.
// Thread-safe.
class IysServer {
 public:
  IysServer(const Clock& clock, int64_t iys_code, int64_t brand_code, const std::string& address = "127.0.0.1:0",
            std::chrono::seconds changes_lag = std::chrono::hours(1));

  uint16_t port() const { return server_->port(); }
  http::Url url() const { return {{"127.0.0.1", port()}, ""}; }

  // Works off the batches that were handed over.
  void Work();
  // What a citizen does at IYS.
  void Say(const std::string& recipient, IysRecipient type, Channel channel, IysStatus status);
  // What it knows of an address; unknown: nothing.
  IysStatus Knows(const std::string& recipient, IysRecipient type, Channel channel);
  // How many changes of status it has taken from the provider.
  int taken() const;
  // How many calls came, signing in not counted.
  int calls() const;

  // Answers the next `count` calls with a status, whatever they ask; 200: they are done, and the answer is lost.
  void Break(int status, int count);
  // No token is good any more.
  void ForgetTokens();
  // No request is known any more.
  void ForgetRequests();
  // Whether a batch is worked off as soon as it comes.
  void WorkAtOnce(bool at_once);

 private:
  struct Record {
    IysStatus status = IysStatus::kUnknown;
    Time consent_time{}, creation_time{};
    std::string source, transaction_id;
  };
  struct Outcome {
    std::string status = "enqueue", code, message;
    Record record;
  };
  using Key = std::tuple<std::string, IysRecipient, Channel>;
  struct Change {
    Key key;
    Record record;
  };
  struct Request {
    std::vector<IysConsent> consents;
    std::vector<Outcome> outcomes;
  };

  http::Response Answer(const http::Request& request);
  http::Response AnswerNow(const http::Request& request);
  http::Response SignIn(const std::string& body);
  http::Response Batch(const std::string& body);
  http::Response Outcomes(const std::string& id) const;
  http::Response Find(const std::string& body) const;
  http::Response Changes(const std::string& query) const;
  http::Response SayBy(const std::string& body);
  void WorkOff();
  Outcome Take(const IysConsent& consent);
  void Keep(const Key& key, Record record);
  void KeepWord(const Key& key, IysStatus status);

  const Clock& clock_;
  const std::string brand_;
  const std::chrono::seconds changes_lag_;
  mutable std::mutex mutex_;
  std::map<Key, Record> records_;
  std::vector<Change> changes_;
  std::map<std::string, Request> requests_;
  std::deque<std::string> queue_;
  std::map<std::string, Time> tokens_;
  int made_ = 0, taken_ = 0, calls_ = 0;
  int break_status_ = 0, break_count_ = 0;
  bool at_once_ = false;
  std::unique_ptr<http::Server> server_;  // Last: its threads use everything above.
};

}  // namespace vefa::contact
