#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/load/writer.h"

namespace vefa::load {
namespace {

// Fails every call once before it takes it, and remembers the request ids.
class ForgetfulDoor final : public Door {
 public:
  explicit ForgetfulDoor(Pace& pace) : pace_(pace) {}
  Answer Create(const ContactDraft& contact, const Uuid& request_id) override {
    if (contact.email == "no address") return {Outcome::kRefused, "", "EMAIL_SYNTAX", {}};
    return Once(request_id);
  }
  Answer RecordConsent(const ConsentDraft&, const Uuid& request_id) override { return Once(request_id); }
  Answer ImportContacts(const std::vector<ContactDraft>&) override {
    return {Outcome::kAcknowledged, "", "", {{2, "EMAIL_SYNTAX"}}};
  }
  Answer ImportOrders(const std::vector<OrderDraft>&) override { return {Outcome::kAcknowledged, "", "", {}}; }

 private:
  Answer Once(const Uuid& request_id) {
    bool first = last_ != request_id;
    last_ = request_id;
    if (++calls_ == 400) pace_.Stop();
    if (first) return {Outcome::kUnknown, "", "UNAVAILABLE", {}};
    return {Outcome::kAcknowledged, ResourceName("contacts", request_id), "", {}};
  }
  Pace& pace_;
  Uuid last_;
  int calls_ = 0;
};

TEST(WriterTest, TriesWithTheSameRequestIdUntilItKnowsAndNotesEveryTry) {
  SystemClock clock;
  std::string path = testing::TempDir() + "history-" + std::to_string(getpid());
  Pace pace(1e6);
  Totals totals;
  {
    auto history = History::Open(path, clock);
    ASSERT_TRUE(history.ok());
    Writer writer(0, 42, {NewUuidV7(clock), "run", "canary"}, std::make_unique<ForgetfulDoor>(pace), pace, **history,
                  totals, clock);
    writer.Run(std::chrono::seconds(5));
  }
  std::ifstream file(path);
  std::map<std::string, std::string> last;  // Outcome by operation, of singles.
  int64_t acknowledged = 0, unknown = 0, rejected = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::vector<std::string> fields;
    for (std::string field; std::getline(words, field, '\t');) fields.push_back(field);
    fields.resize(10);
    acknowledged += fields[7] == "acknowledged";
    unknown += fields[7] == "unknown";
    rejected += fields[3] == "import" && fields[7] == "refused";
    if (fields[3] == "create" || fields[3] == "consent") {
      EXPECT_EQ(fields[6], fields[7] == "unknown" ? "1" : "2") << line;
      last[fields[1]] = fields[7];
    }
  }
  std::remove(path.c_str());
  EXPECT_GT(last.size(), 150u);
  for (const auto& [operation, outcome] : last) EXPECT_EQ(outcome, "acknowledged") << operation;
  EXPECT_EQ(acknowledged, totals.acknowledged);
  EXPECT_EQ(unknown, totals.unknown);
  EXPECT_GT(rejected, 0);
  EXPECT_EQ(totals.given_up, 0);
}

TEST(PaceTest, HoldsTheRateAndWakesAtTheEnd) {
  Pace pace(1000);
  auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(pace.Take(50));
  EXPECT_TRUE(pace.Take(50));
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(90));
  std::thread stopper([&] { pace.Stop(); });
  EXPECT_FALSE(pace.Take(100'000));
  stopper.join();
}

}  // namespace
}  // namespace vefa::load
