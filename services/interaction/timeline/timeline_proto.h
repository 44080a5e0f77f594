#pragma once

#include <map>
#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "services/interaction/timeline/timeline.h"
#include "vefa/interaction/v1/interaction.pb.h"

// Between the messages of the contract and timelines.
namespace vefa::interaction {

v1::TimelineEntry ToProto(const TimelineEntry& entry);

// The facts as the JSON object the table keeps.
std::string FactsToJson(const std::map<std::string, std::string>& facts);
// INTERNAL `FACTS_MALFORMED` when the text is no object of strings.
Result<std::map<std::string, std::string>> FactsFromJson(std::string_view json);

}  // namespace vefa::interaction
