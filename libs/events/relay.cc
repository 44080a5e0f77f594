#include "libs/events/relay.h"

#include "libs/base/backoff.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kBatchMax = 2000;
constexpr std::chrono::milliseconds kIdle(50);
constexpr std::chrono::seconds kDatabaseTimeout(10);
// A broker that is away is waited for this long in one go; the rows stay where they are.
constexpr std::chrono::seconds kPublishTimeout(60);

const Statement kReadPending{
    "relay_read_pending",
    "SELECT l.id, l.tenant_id, l.subject, l.aggregate_version, l.event_id, l.event_type, l.occur_time, l.record_time,"
    "       l.traceparent, l.payload, extract(epoch FROM clock_timestamp() - l.record_time)::float8"
    " FROM (SELECT id FROM outbox_pending ORDER BY id LIMIT $1) p JOIN event_log l ON l.id = p.id ORDER BY l.id"};
const Statement kDeletePublished{"relay_delete_published", "DELETE FROM outbox_pending WHERE id = ANY($1)"};

}  // namespace

Relay::Relay(postgres::Database& pump, std::string brokers, Source source, telemetry::Metrics& metrics)
    : pump_(pump),
      source_(std::move(source)),
      producer_(std::move(brokers), source_.service + "-relay"),
      published_(metrics.AddCounter("vefa_relay_published_total", "Events acknowledged by Kafka.")),
      pending_(metrics.AddGauge("vefa_outbox_pending", "Events read and not yet acknowledged by Kafka.")),
      oldest_age_(metrics.AddGauge("vefa_outbox_oldest_age_seconds", "Age of the oldest unpublished event.")),
      loop_([this] { return Step(); }) {}

Result<std::vector<std::pair<int64_t, Event>>> Relay::ReadPending() {
  VEFA_TRY(Rows rows, pump_.Run(Scope::EveryTenant(), kReadPending, Bound(kBatchMax),
                                Deadline::After(kDatabaseTimeout)));
  std::vector<std::pair<int64_t, Event>> batch;
  batch.reserve(static_cast<size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    Event event;
    event.tenant = rows.Id(i, 1);
    event.subject = rows.String(i, 2);
    event.aggregate_version = rows.Int64(i, 3);
    event.id = rows.Id(i, 4);
    event.type = rows.String(i, 5);
    event.occur_time = rows.Timestamp(i, 6);
    event.record_time = rows.Timestamp(i, 7);
    event.traceparent = rows.String(i, 8);
    event.payload = rows.String(i, 9);
    batch.emplace_back(rows.Int64(i, 0), std::move(event));
  }
  oldest_age_.Set(rows.empty() ? 0 : rows.Double(0, 10));
  pending_.Set(rows.size());
  return batch;
}

Status Relay::DeletePublished(const std::vector<int64_t>& ids) {
  VEFA_TRY_OK(pump_.Run(Scope::EveryTenant(), kDeletePublished, Bound(ids), Deadline::After(kDatabaseTimeout)));
  published_.Add(static_cast<double>(ids.size()));
  return Ok();
}

std::chrono::milliseconds Relay::Step() {
  auto trouble = [this](const Error& error) {
    telemetry::Warn("the relay waits for the database", {{"reason", error.reason}});
    return Backoff(failures_++, std::chrono::milliseconds(50), std::chrono::milliseconds(1000), RandomShare());
  };
  auto batch = ReadPending();
  if (!batch.ok()) return trouble(batch.error());
  if (batch->empty()) {
    failures_ = 0;
    return kIdle;
  }
  std::vector<kafka::Record> records;
  records.reserve(batch->size());
  for (const auto& [id, event] : *batch) records.push_back(ToRecord(event, source_));
  std::vector<bool> acknowledged =
      producer_.Publish(records, Deadline::After(kPublishTimeout), [this] { return loop_.stopping(); });
  std::vector<int64_t> ids;
  for (size_t i = 0; i < acknowledged.size(); ++i) {
    if (acknowledged[i]) ids.push_back((*batch)[i].first);
  }
  if (!ids.empty()) {
    // When this fails the events are published again: consumers drop what they know.
    Status deleted = DeletePublished(ids);
    if (!deleted.ok()) return trouble(deleted.error());
  }
  if (ids.size() < batch->size())
    return Backoff(failures_++, std::chrono::milliseconds(50), std::chrono::milliseconds(1000), RandomShare());
  failures_ = 0;
  return std::chrono::milliseconds(0);
}

}  // namespace vefa::events
