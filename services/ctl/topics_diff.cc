// `vefactl topics diff --kafka BROKERS`: what `topics apply` would change.

#include <cstdio>
#include <map>

#include "libs/kafka/offsets.h"
#include "services/ctl/terminal.h"
#include "services/ctl/topics.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr std::chrono::seconds kDiffTimeout(60);

// One line a difference; how many there are.
Result<int> PrintDifferences(const std::string& brokers, Deadline deadline) {
  std::vector<std::string> names;
  for (const kafka::TopicSpec& spec : Topics()) names.push_back(spec.name);
  VEFA_TRY(auto ranges, kafka::ReadOffsets(brokers, names, deadline));
  std::map<std::string, int> partitions;
  for (const auto& [partition, range] : ranges) ++partitions[partition.first];
  auto settings = kafka::ReadTopicSettings(brokers, names, deadline);
  if (!settings.ok() && settings.error().reason != "TOPIC_SETTINGS_UNSUPPORTED") return settings.error();
  int differences = 0;
  for (const kafka::TopicSpec& spec : Topics()) {
    int present = partitions[spec.name];
    if (present == 0) {
      std::printf("%s is missing; apply creates it\n", spec.name.c_str()), ++differences;
      continue;
    }
    if (present != spec.partitions) {
      std::printf("%s has %d partitions, not %d: keys would change partition; make a new topic beside it\n",
                  spec.name.c_str(), present, spec.partitions);
      ++differences;
    }
    if (!settings.ok()) continue;
    for (const auto& [name, wanted] : spec.settings) {
      const std::string& value = (*settings)[spec.name][name].value;
      if (value == wanted) continue;
      std::printf("%s: %s is %s; apply sets %s\n", spec.name.c_str(), name.c_str(), value.c_str(), wanted.c_str());
      ++differences;
    }
  }
  return differences;
}

}  // namespace

int TopicsDiff(const TopicsApplyOptions& options) {
  auto differences = PrintDifferences(options.kafka, Deadline::After(kDiffTimeout));
  if (!differences.ok()) return Fail(differences.error());
  if (*differences == 0) std::printf("every topic is as it should be\n");
  return *differences == 0 ? kOk : kFailure;
}

}  // namespace vefa::ctl
