#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <vector>

#include "libs/kafka/consumer.h"
#include "libs/kafka/message.h"

namespace vefa::kafka {

// A copy of a librdkafka message.
inline Message ToMessage(const rd_kafka_message_t* from) {
  Message to;
  to.topic = rd_kafka_topic_name(from->rkt);
  to.partition = from->partition;
  to.offset = from->offset;
  if (from->key != nullptr) to.key.assign(static_cast<const char*>(from->key), from->key_len);
  to.tombstone = from->payload == nullptr;
  if (from->payload != nullptr) to.value.assign(static_cast<const char*>(from->payload), from->len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(from, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    to.headers.reserve(rd_kafka_header_cnt(headers));
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
      to.headers.emplace_back(name, std::string(static_cast<const char*>(value), value == nullptr ? 0 : size));
  }
  return to;
}

// The caller owns them until it gives them to rd_kafka_producev, which takes them when it succeeds.
inline rd_kafka_headers_t* FromHeaders(const Headers& headers) {
  rd_kafka_headers_t* list = rd_kafka_headers_new(headers.size());
  for (const auto& [name, value] : headers)
    rd_kafka_header_add(list, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  return list;
}

inline std::vector<Partition> ToPartitions(const rd_kafka_topic_partition_list_t* list) {
  std::vector<Partition> partitions;
  for (int i = 0; i < list->cnt; ++i) partitions.emplace_back(list->elems[i].topic, list->elems[i].partition);
  return partitions;
}

}  // namespace vefa::kafka
