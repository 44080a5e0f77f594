#include <algorithm>
#include <map>
#include <random>

#include "services/contact/consent/consent_fixture.h"
#include "services/contact/contact_store.h"

namespace vefa::contact {
namespace {

using ConsentOrderTest = ConsentTest;

// In whatever order lines arrive, the state is that of the line said last; of two said in the same moment, of the one recorded
// later. And the events say the same as the table.
TEST_F(ConsentOrderTest, LinesInAnyOrderOfArrivalComeToTheSameState) {
  const std::vector<std::string> purposes{"win-back", "news"};
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    std::mt19937_64 random(seed);
    const std::string person = MakePerson("seed-" + std::to_string(seed));
    const Uuid contact = *ParseResourceName("contacts", person);
    std::vector<contact::Consent> lines;
    for (int i = 0; i < 24; ++i) {
      contact::Consent& line = lines.emplace_back();
      line.purpose = purposes[random() % 2];
      line.channel = random() % 2 == 0 ? Channel::kEmail : Channel::kSms;
      line.state = static_cast<ConsentState>(1 + random() % 5);
      line.source = "line " + std::to_string(i);
      // Few moments, so that some are the same.
      line.occur_time = Time(std::chrono::seconds(1'700'000'000 + random() % 12));
    }
    std::shuffle(lines.begin(), lines.end(), random);
    std::map<std::pair<std::string, Channel>, contact::Consent> expected;
    std::vector<std::tuple<std::string, Channel, ConsentState, Time>> known;
    for (const contact::Consent& line : lines) {
      auto recorded = postgres::InTransaction(
          database_.service(), postgres::Scope::Tenant(tenant_), Soon(), [&](postgres::Transaction& transaction) {
            return RecordConsents(transaction, tenant_, {{"", contact, line, {}, {}}}, clock_);
          });
      ASSERT_TRUE(recorded.ok());
      const std::tuple content{line.purpose, line.channel, line.state, line.occur_time};
      const bool repeated = std::find(known.begin(), known.end(), content) != known.end();
      EXPECT_EQ(recorded->front().outcome, repeated ? Recorded::kRepeated : Recorded::kNew);
      if (repeated) continue;
      known.push_back(content);
      auto [present, fresh] = expected.try_emplace({line.purpose, line.channel}, line);
      if (!fresh && line.occur_time >= present->second.occur_time) present->second = line;
    }
    auto history = GetConsents(database_.service(), tenant_, contact, Soon());
    ASSERT_TRUE(history.ok());
    ASSERT_EQ(history->states.size(), expected.size());
    EXPECT_EQ(history->log.size(), known.size());
    for (const contact::Consent& state : history->states) {
      const contact::Consent& wanted = expected.at({state.purpose, state.channel});
      EXPECT_EQ(state.state, wanted.state) << seed;
      EXPECT_EQ(state.source, wanted.source) << seed;
      const auto line = std::find_if(history->log.begin(), history->log.end(), [&](const contact::Consent& one) { return one.line == state.line; });
      ASSERT_NE(line, history->log.end()) << "a state names a line of the log";
      EXPECT_EQ(line->source, wanted.source);
    }
  }
}

}  // namespace
}  // namespace vefa::contact
