// `vefactl topics apply --kafka BROKERS`.

#include <iostream>

#include "libs/kafka/admin.h"
#include "services/ctl/terminal.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr std::chrono::seconds kTimeout(60);
// The order of events of one key hangs on this number: it is never changed.
constexpr int kPartitions = 24;
constexpr const char* kTopics[] = {"vefa.contact.v1", "vefa.interaction.v1", "vefa.campaign.v1",
                                   "vefa.notification.v1", "vefa.dlq.v1"};

}  // namespace

int TopicsApply(const TopicsApplyOptions& options) {
  std::vector<kafka::TopicSpec> topics;
  for (const char* name : kTopics) topics.push_back({name, kPartitions, 1});
  auto created = kafka::ApplyTopics(options.kafka, topics, Deadline::After(kTimeout));
  if (!created.ok()) return Fail(created.error());
  for (const std::string& name : *created) std::cout << "created " << name << "\n";
  if (created->empty()) std::cout << "every topic is there\n";
  return kOk;
}

}  // namespace vefa::ctl
