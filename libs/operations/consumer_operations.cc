#include "libs/operations/consumer_operations.h"

#include <algorithm>
#include <map>

#include "libs/kafka/offsets.h"
#include "libs/rpc/time.h"

namespace vefa::operations {
namespace {

using event::v1::SeekConsumerRequest;
using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;
using Ranges = std::map<kafka::Partition, kafka::OffsetRange>;

// What Kafka may take of a call that can do without it.
constexpr std::chrono::seconds kKafkaTimeout(3);

const Statement kPositions{
    "operations_positions",
    "SELECT consumer, topic, part, next_offset, update_time FROM consumer_position ORDER BY consumer, topic, part"};
const Statement kControls{"operations_controls", "SELECT consumer, paused, stopped_reason FROM consumer_control"};
const Statement kParkedCounts{"operations_parked_counts", "SELECT consumer, count(*) FROM parked_subject GROUP BY consumer"};
const Statement kSetPaused{
    "operations_set_paused",
    "INSERT INTO consumer_control AS c (consumer, paused, stopped_reason, update_time) VALUES ($1, $2, '', now())"
    " ON CONFLICT (consumer) DO UPDATE SET paused = excluded.paused, update_time = now(),"
    "   stopped_reason = CASE WHEN excluded.paused THEN c.stopped_reason ELSE '' END"};
const Statement kSeek{
    "operations_seek",
    "INSERT INTO consumer_position (consumer, topic, part, next_offset)"
    " SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[])"
    " ON CONFLICT (consumer, topic, part) DO UPDATE SET next_offset = excluded.next_offset, update_time = now()"};

std::vector<std::string> AllTopics(const std::vector<ConsumerInfo>& consumers) {
  std::vector<std::string> topics;
  for (const ConsumerInfo& consumer : consumers) topics.insert(topics.end(), consumer.topics.begin(), consumer.topics.end());
  std::sort(topics.begin(), topics.end());
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
  return topics;
}

void FillPositions(const Rows& rows, event::v1::Consumer& consumer) {
  for (int i = 0; i < rows.size(); ++i) {
    if (rows.String(i, 0) != consumer.name()) continue;
    event::v1::ConsumerPosition& position = *consumer.add_positions();
    position.set_topic(rows.String(i, 1));
    position.set_partition(rows.Int32(i, 2));
    position.set_next_offset(rows.Int64(i, 3));
    *position.mutable_update_time() = rpc::ToProto(rows.Timestamp(i, 4));
  }
}

// A partition without a position has not been read at all.
void FillLag(const Ranges& ranges, const ConsumerInfo& info, event::v1::Consumer& consumer) {
  std::map<kafka::Partition, int64_t> next;
  for (const auto& position : consumer.positions()) next[{position.topic(), position.partition()}] = position.next_offset();
  int64_t lag = 0;
  for (const auto& [partition, range] : ranges) {
    if (std::find(info.topics.begin(), info.topics.end(), partition.first) == info.topics.end()) continue;
    auto found = next.find(partition);
    lag += std::max<int64_t>(0, range.high - std::max(range.low, found == next.end() ? 0 : found->second));
  }
  consumer.set_lag(lag);
}

Result<ConsumerInfo> InfoOf(const Parts& parts, const std::string& name) {
  std::string names;
  for (ConsumerInfo& info : parts.consumers()) {
    if (info.name == name) return std::move(info);
    names += (names.empty() ? "" : ", ") + info.name;
  }
  return NotFound("CONSUMER_UNKNOWN", "The " + parts.service + " has no such consumer; it has " + names + ".");
}

// Where each partition is to be read next.
Result<std::map<kafka::Partition, int64_t>> Targets(const Parts& parts, const ConsumerInfo& info,
                                                    const SeekConsumerRequest& request, Deadline deadline) {
  VEFA_TRY(Ranges ranges, kafka::ReadOffsets(parts.brokers, info.topics, deadline));
  std::map<kafka::Partition, int64_t> targets;
  if (request.target() == SeekConsumerRequest::TARGET_OFFSET) {
    auto range = ranges.find({request.topic(), request.partition()});
    if (range == ranges.end())
      return Violations({{"partition", "SEEK_TARGET", "The consumer reads no such partition; give one of its topics."}});
    if (request.offset() < range->second.low || request.offset() > range->second.high)
      return Violations({{"offset", "OFFSET_OUT_OF_RANGE",
                          "Kafka has " + std::to_string(range->second.low) + " to " + std::to_string(range->second.high) + "."}});
    targets[range->first] = request.offset();
    return targets;
  }
  bool earliest = request.target() == SeekConsumerRequest::TARGET_EARLIEST;
  if (!earliest && request.target() != SeekConsumerRequest::TARGET_LATEST)
    return Violations({{"target", "SEEK_TARGET", "Say TARGET_EARLIEST, TARGET_LATEST or TARGET_OFFSET."}});
  for (const auto& [partition, range] : ranges) targets[partition] = earliest ? range.low : range.high;
  return targets;
}

}  // namespace

Status ListConsumers(const Parts& parts, Deadline deadline, event::v1::ListConsumersResponse& response) {
  std::vector<ConsumerInfo> infos = parts.consumers();
  VEFA_TRY(auto rows, parts.pump->Run(Scope::EveryTenant(), {{&kPositions, {}}, {&kControls, {}}, {&kParkedCounts, {}}},
                                      deadline));
  auto ranges = kafka::ReadOffsets(parts.brokers, AllTopics(infos), Deadline::After(std::min<std::chrono::milliseconds>(kKafkaTimeout, deadline.Left())));
  for (const ConsumerInfo& info : infos) {
    event::v1::Consumer& consumer = *response.add_consumers();
    consumer.set_name(info.name);
    for (const std::string& topic : info.topics) consumer.add_topics(topic);
    consumer.set_projection(info.projection);
    FillPositions(rows[0], consumer);
    for (int i = 0; i < rows[1].size(); ++i) {
      if (rows[1].String(i, 0) != info.name) continue;
      consumer.set_paused(rows[1].Bool(i, 1));
      consumer.set_stopped_reason(rows[1].String(i, 2));
    }
    for (int i = 0; i < rows[2].size(); ++i)
      if (rows[2].String(i, 0) == info.name) consumer.set_parked_subjects(rows[2].Int64(i, 1));
    if (ranges.ok()) {
      FillLag(*ranges, info, consumer);
    } else {
      consumer.set_lag(-1);
    }
    if (info.lag_seconds) consumer.set_lag_seconds(info.lag_seconds());
  }
  return Ok();
}

Status FindConsumer(const Parts& parts, const std::string& name, Deadline deadline, event::v1::Consumer& consumer) {
  VEFA_TRY_OK(InfoOf(parts, name));
  event::v1::ListConsumersResponse all;
  VEFA_TRY_OK(ListConsumers(parts, deadline, all));
  for (event::v1::Consumer& found : *all.mutable_consumers())
    if (found.name() == name) consumer = std::move(found);
  return Ok();
}

Status SetPaused(const Parts& parts, const std::string& name, bool paused, Deadline deadline) {
  VEFA_TRY_OK(InfoOf(parts, name));
  VEFA_TRY_OK(parts.pump->Run(Scope::EveryTenant(), kSetPaused, Bound(name, paused), deadline));
  return Ok();
}

Status Seek(const Parts& parts, const SeekConsumerRequest& request, Deadline deadline) {
  VEFA_TRY(ConsumerInfo info, InfoOf(parts, request.consumer()));
  VEFA_TRY(auto targets, Targets(parts, info, request, deadline));
  std::vector<std::string> topics;
  std::vector<int32_t> partitions;
  std::vector<int64_t> offsets;
  for (const auto& [partition, offset] : targets) {
    topics.push_back(partition.first);
    partitions.push_back(partition.second);
    offsets.push_back(offset);
  }
  VEFA_TRY_OK(parts.pump->Run(Scope::EveryTenant(), kSeek, Bound(request.consumer(), topics, partitions, offsets), deadline));
  return Ok();
}

}  // namespace vefa::operations
