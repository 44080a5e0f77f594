#include <iterator>

#include "libs/kafka/replay.h"
#include "tests/verify/read.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

namespace vefa::verify {
namespace {

using postgres::Rows;

constexpr std::chrono::minutes kReplayPatience(10);
constexpr std::chrono::seconds kQuiet(20);
// What a foreign producer of the campaign leaves on its records.
constexpr char kInjectedHeader[] = "x-chaos";

uint64_t Hash(std::string_view bytes) { return std::hash<std::string_view>()(bytes); }

std::string Hundredths(int64_t units, int32_t nanos) {
  int64_t value = units * 100 + nanos / 10'000'000;
  std::string cents = std::to_string(value % 100);
  return std::to_string(value / 100) + '.' + (cents.size() < 2 ? "0" : "") + cents;
}

std::string Facts(const contact::v1::ConsentTerms& terms) {
  std::string channel = contact::v1::Channel_Name(terms.channel());
  return "channel=" + channel.substr(std::min<size_t>(8, channel.size())) + ";purpose=" + terms.purpose() +
         (terms.source().empty() ? "" : ";source=" + terms.source());
}

// The line of a timeline that an event must have become; false when it is none. Written from the words of the
// contract, not by the code of the service that is judged.
bool ToEntry(std::string_view type, std::string_view subject, std::string_view payload, Entry& entry) {
  std::string facts, contact(subject);
  if (type == "order.placed") {
    interaction::v1::InteractionEvent event;
    if (!event.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return false;
    const auto& order = event.order_placed();
    entry.kind = 1;
    contact = order.contact();
    facts = "currency=" + order.total().currency_code() + ";item_count=" + std::to_string(order.item_count()) +
            ";total=" + Hundredths(order.total().units(), order.total().nanos());
  } else {
    contact::v1::ContactEvent event;
    if (!event.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return false;
    if (type == "contact.created") {
      entry.kind = 7;
      const std::string& source = event.created().state().source();
      if (!source.empty()) facts = "source=" + source;
    } else if (type == "consent.granted") {
      entry.kind = 8;
      facts = Facts(event.consent_granted().terms());
    } else if (type == "consent.withdrawn") {
      entry.kind = 9;
      facts = Facts(event.consent_withdrawn().terms());
    } else {
      return false;
    }
  }
  auto id = ParseResourceName("contacts", contact);
  if (!id.ok()) return false;
  entry.contact = *id;
  entry.content = ContentOf(subject, facts);
  return true;
}

Published ToPublished(const kafka::Message& message, uint32_t service, Evidence& evidence) {
  Published record;
  record.service = service;
  record.partition = message.partition;
  record.offset = message.offset;
  record.aggregate = evidence.names.Number(message.key);
  record.version = Integer(message.header("ce_aggversion"));
  record.payload_hash = Hash(message.value);
  record.is_injected = !message.header(kInjectedHeader).empty();
  auto id = Uuid::Parse(message.header("ce_id"));
  if (id.ok()) record.event_id = *id;
  record.is_readable = id.ok() && record.version > 0 &&
                       message.key == message.header("ce_tenantid") + "/" + message.header("ce_subject");
  return record;
}

}  // namespace

uint64_t ContentOf(std::string_view subject, std::string_view facts) {
  return Hash(std::string(subject) + '\n' + std::string(facts));
}

Status ReadLedger(postgres::Database& database, uint32_t service, Evidence& evidence) {
  const char* sql =
      "SELECT id, tenant_id, subject, aggregate_version, event_id, event_type, occur_time, record_time, payload"
      " FROM event_log";
  VEFA_TRY_OK(Stream(database, sql, [&](const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
      Uuid tenant = rows.Id(i, 1);
      std::string key = tenant.ToString() + "/" + rows.String(i, 2);
      evidence.ledger.push_back({service, rows.Int64(i, 0), evidence.names.Number(key), rows.Int64(i, 3), rows.Id(i, 4),
                                 evidence.names.Number(rows.Text(i, 5)), Hash(rows.Text(i, 8))});
      Entry entry{tenant, {}, 0, rows.Timestamp(i, 6).time_since_epoch().count(),
                  rows.Timestamp(i, 7).time_since_epoch().count(), 0};
      if (ToEntry(rows.Text(i, 5), rows.Text(i, 2), rows.Text(i, 8), entry)) evidence.timeline_wanted.push_back(entry);
    }
  }));
  return Stream(database, "SELECT count(*) FROM outbox_pending",
                [&](const Rows& rows) { evidence.pending += rows.Int64(0, 0); });
}

Status ReadKafka(const std::string& brokers, const Canaries& canaries, Evidence& evidence) {
  for (uint32_t service = 0; service < std::size(kServices); ++service) {
    std::string topic = std::string("vefa.") + kServices[service] + ".v1";
    VEFA_TRY(auto replay, kafka::Replay::Open(brokers, {topic}, Deadline::After(kReplayPatience)));
    Deadline quiet = Deadline::After(kQuiet);
    while (!replay->done()) {
      std::vector<kafka::Message> messages = replay->Poll(5000, std::chrono::milliseconds(500));
      if (!messages.empty()) quiet = Deadline::After(kQuiet);
      else if (quiet.Passed()) return Unavailable("KAFKA_UNAVAILABLE", topic + " could not be read to its end.");
      for (const kafka::Message& message : messages) {
        evidence.kafka.push_back(ToPublished(message, service, evidence));
        auto tenant = Uuid::Parse(message.header("ce_tenantid"));
        if (tenant.ok() && !evidence.kafka.back().is_injected) canaries.Search(*tenant, message.value, topic, evidence);
      }
    }
  }
  return Ok();
}

}  // namespace vefa::verify
