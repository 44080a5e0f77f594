// Events of an earlier release and of a later one, and what an upgrade finds parked.
#include "libs/events/consumer_fixture.h"
#include "vefa/contact/v1/contact_events.pb.h"

std::vector<vefa::postgres::Migration> vefa_events_migrations();

namespace vefa::events {
namespace {

// Reads payloads as a service does, and leaves kinds it does not know alone.
class ContactReader final : public Handler {
 public:
  Status Apply(postgres::Transaction& transaction, std::span<const Event> events) override {
    for (const Event& event : events) {
      contact::v1::ContactEvent payload;
      if (!payload.ParseFromString(event.payload)) return Error{Code::kDataLoss, "EVENT_MALFORMED", "No ContactEvent."};
      std::string seen = "kind " + std::to_string(payload.kind_case());
      if (payload.has_consent_granted()) seen = "channel " + std::to_string(payload.consent_granted().terms().channel());
      if (payload.has_created()) seen = payload.created().state().source();
      static const postgres::Statement kSee{"test_see", "INSERT INTO effect (subject, version, type) VALUES ($1, $2, $3)"};
      VEFA_TRY_OK(transaction.Execute(kSee, postgres::Bound(event.subject, event.aggregate_version, seen)));
    }
    return Ok();
  }
};

class ConsumerReleaseTest : public ConsumerFixture {
 protected:
  void Read() {
    subscriber_ = std::make_unique<Subscriber>(consumer(), std::vector<std::string>{topic_}, testing::KafkaBrokers(),
                                               database_.pump(), reader_, metrics_, &ledger_, settings_);
  }
  Event Holding(int64_t version, const std::string& type, const google::protobuf::Message& payload) {
    Event event = Make("contacts/1", version, type);
    event.payload = payload.SerializeAsString();
    return event;
  }
  ContactReader reader_;
};

// Byte for byte what release 0.1 said of an event.
kafka::Record OldRecord(const std::string& topic, const Event& event) {
  kafka::Record record;
  record.topic = topic;
  record.key = event.tenant.ToString() + "/" + event.subject;
  record.value = event.payload;
  record.headers = {{"ce_specversion", "1.0"},
                    {"ce_id", event.id.ToString()},
                    {"ce_source", "/vefa/contact"},
                    {"ce_type", event.type},
                    {"ce_subject", event.subject},
                    {"ce_time", "2026-09-27T10:00:00.000000Z"},
                    {"ce_dataschema", "vefa.contact.v1.ContactEvent"},
                    {"ce_recordedtime", "2026-09-27T10:00:00.000000Z"},
                    {"ce_aggversion", std::to_string(event.aggregate_version)},
                    {"ce_tenantid", event.tenant.ToString()},
                    {"ce_dataclassification", "pseudonymous"},
                    {"content-type", "application/protobuf"}};
  return record;
}

TEST_F(ConsumerReleaseTest, EventsOfAnEarlierAndALaterReleaseAreTaken) {
  contact::v1::ContactEvent created;
  created.mutable_created()->mutable_state()->set_source("cdnow");
  Event old = Holding(1, "contact.created", created);
  // A later release: a channel, a field and a kind we have never heard of, and more headers.
  contact::v1::ContactEvent granted;
  granted.mutable_consent_granted()->mutable_terms()->set_channel(static_cast<contact::v1::Channel>(999));
  kafka::Record channel = RecordOf(Holding(2, "consent.granted", granted));
  channel.headers.emplace_back("ce_fromthefuture", "yes");
  channel.headers.emplace_back("ce_dataclassification", "secret");
  Event fields = Holding(3, "contact.created", created);
  fields.payload += std::string("\xfa\x07\x05hello", 8);  // Field 127, five bytes.
  Event kind = Holding(4, "contact.teleported", contact::v1::ContactEvent());
  kind.payload = std::string("\xa2\x06\x02\x0a\x00", 5);  // Field 100, a message.
  Publish(std::vector<kafka::Record>{OldRecord(topic_, old), channel, RecordOf(fields), RecordOf(kind)});
  Read();
  EXPECT_TRUE(Within([&] { return Count("effect") == 4; }));
  EXPECT_EQ(Count("effect", "version = 1 AND type = 'cdnow'"), 1);
  EXPECT_EQ(Count("effect", "version = 2 AND type = 'channel 999'"), 1);
  EXPECT_EQ(Count("effect", "version = 3 AND type = 'cdnow'"), 1);
  EXPECT_EQ(Count("effect", "version = 4 AND type = 'kind 0'"), 1);
  EXPECT_EQ(Count("parked_subject") + Count("unreadable_record"), 0);
  EXPECT_EQ(Count("applied_version", "incarnation IS NOT NULL"), 1);
}

TEST_F(ConsumerReleaseTest, WhatAnEarlierReleaseAppliedIsNotTakenForAFork) {
  Event first = Make("things/1", 1);
  Event second = Make("things/1", 2);
  Publish(std::vector<kafka::Record>{OldRecord(topic_, first), OldRecord(topic_, second)});
  Subscribe(&ledger_);
  ASSERT_TRUE(Within([&] { return Effects("things/1") == 2; }));
  // The whole ledger published again, by the new release.
  Publish(std::vector<Event>{first, second, Make("things/1", 3)});
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 3; }));
  ExpectMetric("vefa_consumer_duplicates_total", 2);
  EXPECT_EQ(Count("parked_subject"), 0);
}

// Bytes that are no protobuf at all are poison, which is another thing than an unknown field.
TEST_F(ConsumerReleaseTest, APayloadThatIsNoProtobufParksItsSubject) {
  Event bad = Make("contacts/2", 1, "contact.created");
  bad.payload = "\xff\xff\xff";
  Publish(std::vector<Event>{bad});
  Read();
  EXPECT_TRUE(Within([&] { return Count("parked_subject", "kind = 'POISON' AND reason LIKE 'EVENT_MALFORMED%'") == 1; }));
}

// A database as release 0.1 left it, with its two migrations and rows of a consumer that had parked.
class UpgradeTest : public ConsumerReleaseTest {
 protected:
  // Puts the tables of consumers back to what release 0.1 had, and runs the migration again.
  void Upgrade(const std::string& rows) {
    database_.Run(
        "DROP TABLE parked_subject, unreadable_record, consumer_control;"
        "ALTER TABLE parked_event DROP CONSTRAINT parked_event_pkey, DROP COLUMN event_type, DROP COLUMN headers, DROP COLUMN copied;"
        "ALTER TABLE parked_event ADD PRIMARY KEY (consumer, tenant_id, subject, version);"
        "ALTER TABLE applied_version DROP COLUMN incarnation, DROP COLUMN previous_version;" + rows);
    for (const postgres::Migration& migration : vefa_events_migrations()) {
      if (std::string(migration.name) != "0004_consumers") continue;
      std::string sql = migration.sql;
      std::string pump = Role(database_.pump_conninfo());
      for (const auto& [placeholder, role] :
           {std::pair<std::string, std::string>{"${service}", Role(database_.service_conninfo())}, {"${pump}", pump}})
        for (size_t at = sql.find(placeholder); at != sql.npos; at = sql.find(placeholder)) sql.replace(at, placeholder.size(), role);
      std::string owner = pump.substr(0, pump.size() - 5) + "_owner";
      database_.Run("SET ROLE " + owner + "; BEGIN; " + sql + " COMMIT; RESET ROLE;");
    }
  }
  static std::string Role(const std::string& conninfo) {
    size_t from = conninfo.find("//") + 2;
    return conninfo.substr(from, conninfo.find(':', from) - from);
  }
};

TEST_F(UpgradeTest, WhatWasParkedBeforeIsFetchedFromTheLedgerAndApplied) {
  std::vector<Event> events;
  for (int64_t version = 1; version <= 5; ++version) events.push_back(Make("things/1", version));
  Event only = Make("things/2", 1);
  auto quoted = [](const std::string& text) { return "'" + text + "'"; };
  auto parked = [&](const Event& event) {
    return "INSERT INTO parked_event (consumer, tenant_id, subject, version, topic, part, off, event_id, reason, payload) VALUES (" +
           quoted(consumer()) + "," + quoted(event.tenant.ToString()) + "," + quoted(event.subject) + "," +
           std::to_string(event.aggregate_version) + "," + quoted(topic_) + ", 0, " + std::to_string(event.aggregate_version) +
           "," + quoted(event.id.ToString()) + ", 'EVENT_MALFORMED: poison', 'x');";
  };
  auto applied = [&](const Event& event) {
    return "INSERT INTO applied_version (consumer, tenant_id, subject, version, event_id) VALUES (" + quoted(consumer()) + "," +
           quoted(event.tenant.ToString()) + "," + quoted(event.subject) + "," + std::to_string(event.aggregate_version) +
           "," + quoted(event.id.ToString()) + ");";
  };
  // Version 3 was poison, 4 joined it; the old watermark had moved over both.
  Upgrade(parked(events[2]) + parked(events[3]) + applied(events[3]) + parked(only) + applied(only) +
          "INSERT INTO effect (subject, version, type) VALUES ('things/1', 1, 'x'), ('things/1', 2, 'x');");
  EXPECT_EQ(Count("parked_subject", "kind = 'POISON' AND NOT complete AND reason = 'EVENT_MALFORMED: poison'"), 2);
  EXPECT_EQ(database_.Count("SELECT version FROM applied_version"), 2);
  Publish(std::vector<Event>{events[4]});
  Subscribe(&ledger_);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 5 && Effects("things/2") == 1; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_TRUE(Within([&] { return Count("parked_subject") + Count("parked_event") == 0; }));
}

}  // namespace
}  // namespace vefa::events
