#pragma once

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/result.h"

namespace vefa::catalog {

// One kind of event or of state, with an example.
struct Kind {
  std::string type;            // `contact.created`, `contact.state`
  std::string subject;         // `contacts/{uuid}`
  std::string since;           // `0.1.0`
  std::string classification;  // `none`, `pseudonymous`, `personal`, `special`
  std::string summary;         // The comment of its message.
  const google::protobuf::Descriptor* message = nullptr;
  std::string example_json;    // Of the event message, in the protobuf JSON mapping.
  std::string example_bytes;   // The same, serialised.
};

// What one service publishes.
struct Stream {
  std::string service;
  std::string topic;
  std::string state_topic;
  std::string summary;
  const google::protobuf::Descriptor* event = nullptr;
  std::string schema_hash;  // As `ce_dataschema` carries it.
  std::vector<Kind> kinds;
  Kind state;
};

// Every stream of the contract with the comments of the protos and the examples beside them, from
// which the catalogue and the AsyncAPI document are made. Immutable once read.
class Contract {
 public:
  // `descriptors` is a serialised FileDescriptorSet with source info; `examples` the texts of
  // proto/examples by type. FAILED_PRECONDITION names an example that is missing or does not fit.
  static Result<std::unique_ptr<Contract>> Read(const std::string& descriptors,
                                                const std::map<std::string, std::string>& examples);

  const std::vector<Stream>& streams() const { return streams_; }
  // The comment above a message, a field or an enum value, as one paragraph.
  static std::string Comment(const google::protobuf::Descriptor* message);
  static std::string Comment(const google::protobuf::FieldDescriptor* field);
  // `none`, `pseudonymous`, `personal`, `special`; empty when not declared.
  static std::string Privacy(const google::protobuf::FieldDescriptor* field);

 private:
  Contract() = default;
  Status AddStream(const google::protobuf::Descriptor* event, const std::map<std::string, std::string>& examples);
  Status AddExample(const google::protobuf::Descriptor* message, const std::map<std::string, std::string>& examples,
                    Kind& kind);

  google::protobuf::DescriptorPool pool_;
  std::unique_ptr<google::protobuf::DynamicMessageFactory> factory_;
  std::vector<Stream> streams_;
};

}  // namespace vefa::catalog
