#pragma once

#include <librdkafka/rdkafka.h>

#include <initializer_list>
#include <utility>

#include "libs/base/check.h"

namespace vefa::kafka {

// A configuration object with these settings; a name or a value librdkafka does not know is a
// programmer's error. The caller owns it until it gives it to rd_kafka_new.
inline rd_kafka_conf_t* MakeSettings(std::initializer_list<std::pair<const char*, const char*>> settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[256];
  for (const auto& [name, value] : settings)
    VEFA_CHECK(rd_kafka_conf_set(conf, name, value, error, sizeof error) == RD_KAFKA_CONF_OK);
  return conf;
}

}  // namespace vefa::kafka
