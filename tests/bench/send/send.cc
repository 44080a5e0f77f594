// send: mails through the whole delivery loop (recipients from contact, the gate again, rendering,
// window intents, SMTP, results with their events in PostgreSQL) against a raw pipelined sender to
// the same sink; and the SMTP client alone against the same.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "libs/testing/engines.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/submission.h"
#include "services/notification/testing/contact_peer.h"
#include "services/notification/testing/requests.h"
#include "tests/bench/common/result.h"
#include "tests/bench/send/raw_sender.h"
#include "tests/mail_sink/process.h"

std::vector<vefa::postgres::Migration> vefa_notification_migrations();

namespace vefa::notification {
namespace {

constexpr int kMails = 20'000;
constexpr int kBatch = 500;
constexpr int kConnections = 8;
constexpr int kRounds = 3;
constexpr int kWords = 420;  // Makes a mail of about 4.5 kB.

Deadline Soon() { return Deadline::After(std::chrono::minutes(2)); }

void Must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

// Counts what the pool alone brought to its end.
class CountingOwner final : public smtp::PoolOwner {
 public:
  bool MayStart(uint64_t) override { return true; }
  bool MayEnd(uint64_t) override { return true; }
  void Requeued(uint64_t) override {}
  void Ended(uint64_t, smtp::Outcome outcome) override {
    Must(outcome.verdict.fate == smtp::Fate::kAccepted, "a mail of the pool");
    ++ended;
  }
  int ended = 0;
};

class Bench {
 public:
  Bench() {
    char pattern[] = "/tmp/vefa-bench-send-XXXXXX";
    settings_.state_folder = mkdtemp(pattern);
    settings_.smtp.address = sink_.address();
    settings_.smtp.helo_name = "vefa.example";
    settings_.smtp.connections = kConnections;
    settings_.smtp.mails_per_connection = 1'000'000;
    settings_.mail = {*ParseMailbox("Vefa Demo <hello@vefa.example>"), "http://127.0.0.1:18100"};
    for (int i = 0; i < kMails; ++i) {
      people_.push_back(NewUuidV7(clock_));
      contact_.Put(people_.back(), {"p." + std::to_string(i) + "@d.example", "Person " + std::to_string(i), "en",
                                    ConsentState::kGranted});
    }
    for (int i = 0; i < kWords; ++i) words_ += i % 12 == 11 ? "relation\n" : "relations ";
    auto builder = MessageBuilder::Compile({{"en", {"We miss you", words_, ""}}}, settings_.mail.sender);
    MailFacts facts{NewUuidV7(clock_), "Person", "person@d.example", "en", "http://127.0.0.1:18100/u/x", "Win back",
                    "win-back", "campaigns/win-back", clock_.Now()};
    mail_ = builder->Build(facts);
    id_at_ = mail_.find(facts.message.ToString());
  }
  ~Bench() { std::filesystem::remove_all(settings_.state_folder); }

  size_t mail_size() const { return mail_.size(); }

  double Deliver() {
    ++round_;
    for (int at = 0; at < kMails; at += kBatch) {
      auto request = RequestFor({people_.begin() + at, people_.begin() + at + kBatch}, std::to_string(round_));
      request.mutable_content()->mutable_texts()->erase("tr");
      auto& words = (*request.mutable_content()->mutable_texts())["en"];
      words.clear_html();
      words.set_text(words_);
      Must(submitter_.Submit(database_.tenant(), request, Soon()).ok(), "submit");
    }
    return kMails / bench::Seconds([&] {
             auto dispatcher =
                 Dispatcher::Start(database_.pump(), recipients_, token_key_, settings_, clock_, metrics_, [] {});
             Must(testing::Eventually(
                      [&] { return database_.Count("SELECT count(*) FROM send_chunk WHERE NOT done") == 0; },
                      std::chrono::minutes(2)),
                  "deliver");
           });
  }
  double PoolOnly() {
    CountingOwner owner;
    smtp::Pool pool(settings_.smtp, owner);
    std::vector<smtp::Mail> mails;
    for (int i = 0; i < kMails; ++i) {
      mails.push_back({static_cast<uint64_t>(i), "hello@vefa.example", "person@d.example", mail_, 0, {}});
      mails.back().data.replace(id_at_, 36, NewUuidV7(clock_).ToString());
    }
    return kMails / bench::Seconds([&] {
             pool.Post(std::move(mails));
             while (owner.ended < kMails) pool.Step(std::chrono::milliseconds(100));
           });
  }
  double Raw() {
    return kMails / bench::Seconds([&] {
             Must(bench::SendRaw(sink_.port(), kConnections, kMails, mail_, id_at_) == kMails, "raw");
           });
  }
  void Check() {
    Must(database_.Count("SELECT count(*) FROM send_result WHERE state = 3") == kMails * round_, "every mail a result");
    sink_.Reset();
  }

 private:
  SystemClock clock_;
  testing::TestDatabase database_{vefa_notification_migrations()};
  mail_sink::SinkProcess sink_{{}, false};
  ContactPeer contact_;
  telemetry::Metrics metrics_;
  rpc::PrincipalKey key_{std::string(32, 'k')};
  TokenKey token_key_{std::string(32, 't')};
  Recipients recipients_{contact_.address(), key_};
  Submitter submitter_{database_.service(), recipients_, token_key_, clock_, metrics_};
  DispatcherSettings settings_;
  std::vector<Uuid> people_;
  std::string words_;
  std::string mail_;
  size_t id_at_ = 0;
  int round_ = 0;
};

int Main() {
  Bench bench;
  std::vector<double> deliver, pool, raw;
  for (int round = 0; round < bench::Rounds(kRounds); ++round) {
    deliver.push_back(bench.Deliver());
    std::fprintf(stderr, "round %d: %.0f mails/s\n", round, deliver.back());
    pool.push_back(bench.PoolOnly());
    raw.push_back(bench.Raw());
    bench.Check();
  }
  std::fprintf(stderr, "a mail has %zu octets\n", bench.mail_size());
  bench::Print("send", bench::Median(deliver), "mails/s", "a raw pipelined sender", bench::Median(raw));
  bench::Print("send_smtp_client", bench::Median(pool), "mails/s", "a raw pipelined sender", bench::Median(raw));
  return 0;
}

}  // namespace
}  // namespace vefa::notification

int main() { return vefa::notification::Main(); }
