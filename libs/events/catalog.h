#pragma once

#include <map>
#include <string>

#include "libs/events/event.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace vefa::events {

// One kind of event, as its field of the event message's oneof declares it.
struct EventKindInfo {
  std::string type;            // `contact.created`
  std::string subject;         // `contacts/{uuid}`
  std::string since;           // `0.1.0`
  std::string classification;  // The most private of its fields: `none`, `pseudonymous`, `personal`, `special`.
  const google::protobuf::FieldDescriptor* field = nullptr;
};

// What a service publishes, read from its event message's descriptor once. Immutable after
// construction, so thread-safe.
class Catalog {
 public:
  // Aborts when the message declares no stream, or a kind without a type: a programmer's error.
  explicit Catalog(const google::protobuf::Descriptor* message);

  const google::protobuf::Descriptor* message() const { return message_; }
  const std::string& service() const { return service_; }
  const std::string& topic() const { return topic_; }
  const std::string& state_topic() const { return state_topic_; }
  const std::string& state_message() const { return state_message_; }
  // The most private field of the state message, as of a kind.
  const std::string& state_classification() const { return state_classification_; }
  // By type.
  const std::map<std::string, EventKindInfo>& kinds() const { return kinds_; }
  // `pseudonymous` for a type it does not know.
  const std::string& ClassificationOf(const std::string& type) const;
  // SHA-256, in hex, of the descriptors the message needs, without comments: the same for the same contract.
  const std::string& schema_hash() const { return schema_hash_; }
  // The descriptors themselves: a google.protobuf.FileDescriptorSet, dependencies first.
  const std::string& descriptor_set() const { return descriptor_set_; }

 private:
  const google::protobuf::Descriptor* message_;
  std::string service_, topic_, state_topic_, state_message_, state_classification_;
  std::map<std::string, EventKindInfo> kinds_;
  std::string schema_hash_;
  std::string descriptor_set_;
};

// The source of a service by its event message.
Source MakeSource(const google::protobuf::Descriptor* message);

}  // namespace vefa::events
