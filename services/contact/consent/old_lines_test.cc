#include "services/contact/consent/chain_keeper.h"
#include "services/contact/consent/consent_proof.h"
#include "services/contact/consent/proof_key.h"
#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

// As the role that migrates: row-level security holds it, too.
std::string AsOwner(const postgres::Migration& step, const std::string& database) {
  std::string sql = "SET ROLE " + database + "_owner; " + step.sql;
  for (const char* role : {"service", "pump"}) {
    const std::string mark = std::string("${") + role + "}";
    for (size_t at; (at = sql.find(mark)) != std::string::npos;) sql.replace(at, mark.size(), database + "_" + role);
  }
  return sql + "; RESET ROLE";
}

// Lines of before there was a chain, among them those of a person who was erased.
TEST(OldLinesTest, AreSealedInTheOrderOfTheirNumbers) {
  std::vector<postgres::Migration> steps = vefa_contact_migrations();
  size_t chain = 0;
  while (std::string(steps[chain].name) != "0005_consent_proof") ++chain;
  testing::TestDatabase database(std::vector<postgres::Migration>(steps.begin(), steps.begin() + static_cast<long>(chain)));
  const std::string tenant = "'" + database.tenant().ToString() + "'";
  const std::string name = database.service_conninfo().substr(database.service_conninfo().find("vefa_test_"));
  database.Run(
      "INSERT INTO contact SELECT " + tenant + ", ('00000000-0000-7000-8000-00000000000' || i)::uuid, 'p' || i, 'Person',"
      " 'p' || i || '@old.example', 'en', 'old', '', 1, now(), now(), CASE WHEN i = 3 THEN now() END FROM generate_series(1, 5) i;"
      "INSERT INTO consent_log (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time) SELECT " + tenant +
      ", ('00000000-0000-7000-8000-00000000000' || (n % 5 + 1))::uuid, 'win-back', 1, 1 + n % 2, 'old form',"
      " now() - n * interval '1 hour', now() FROM generate_series(1, 40) n");
  database.Run(AsOwner(steps[chain], name.substr(0, name.find("_service"))));
  EXPECT_EQ(database.Count("SELECT count(*) FROM consent_unsealed"), 40);
  // What seals them is of today.
  while (++chain < steps.size()) database.Run(AsOwner(steps[chain], name.substr(0, name.find("_service"))));

  SystemClock clock;
  telemetry::Metrics metrics;
  PiiKeys keys(database.service(), clock, std::string(32, 'f'));
  const crypto::SigningKey key = MakeProofKey(std::string(32, 'f'));
  ChainKeeper keeper(database.pump(), keys, key, clock, metrics, false);
  auto sealed = keeper.SealSome(database.tenant(), Soon());
  ASSERT_TRUE(sealed.ok()) << sealed.error().message;
  EXPECT_EQ(*sealed, 40);
  EXPECT_EQ(database.Count("SELECT count(*) FROM consent_unsealed"), 0);
  auto sealer = keys.ForTenant(database.tenant(), Soon());
  auto entries = ReadEntries(database.service(), **sealer, 0, 40, 100, Soon());
  ASSERT_TRUE(entries.ok()) << entries.error().message;
  ASSERT_EQ(entries->size(), 40u);
  proof::Checker checker;
  checker.Take(1, proof::Header{proof::kFormat, database.tenant(), {}, key.public_key()});
  int64_t last = 0;
  for (const proof::Entry& entry : *entries) {
    checker.Take(2, entry);
    EXPECT_GT(entry.line.line, last);
    last = entry.line.line;
    EXPECT_EQ(entry.salt.has_value(), entry.line.contact.bytes[15] != 3);
  }
  EXPECT_EQ(checker.problem_count(), 0);
  EXPECT_EQ(entries->front().person.source.Reveal(), "old form");
}

}  // namespace
}  // namespace vefa::contact
