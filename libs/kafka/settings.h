#pragma once

#include <librdkafka/rdkafka.h>

#include <initializer_list>
#include <utility>

#include "libs/base/check.h"
#include "libs/telemetry/log.h"

namespace vefa::kafka {

// What librdkafka says of itself becomes a line of our log.
inline void LogLine(const rd_kafka_t*, int level, const char* facility, const char* text) {
  constexpr int kSyslogError = 3;
  telemetry::Log(level <= kSyslogError ? telemetry::Level::kWarn : telemetry::Level::kInfo, "librdkafka speaks",
                 {{"facility", facility}, {"text", text}});
}

// A configuration object with these settings; a name or a value librdkafka does not know is a
// programmer's error. The caller owns it until it gives it to rd_kafka_new.
inline rd_kafka_conf_t* MakeSettings(std::initializer_list<std::pair<const char*, const char*>> settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[256];
  for (const auto& [name, value] : settings)
    VEFA_CHECK(rd_kafka_conf_set(conf, name, value, error, sizeof error) == RD_KAFKA_CONF_OK);
  rd_kafka_conf_set_log_cb(conf, &LogLine);
  return conf;
}

}  // namespace vefa::kafka
