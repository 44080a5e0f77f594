#include "libs/events/catalog.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <set>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "libs/crypto/crypto.h"
#include "vefa/options/v1/options.pb.h"

namespace vefa::events {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

// The most private field of a message, whatever lies below it included.
options::v1::Privacy MostPrivate(const Descriptor* message, std::set<const Descriptor*>& seen) {
  options::v1::Privacy most = options::v1::PRIVACY_NONE;
  if (!seen.insert(message).second) return most;
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    most = std::max(most, field->options().GetExtension(options::v1::privacy));
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
      most = std::max(most, MostPrivate(field->message_type(), seen));
  }
  return most;
}

std::string Word(options::v1::Privacy privacy) {
  switch (privacy) {
    case options::v1::PRIVACY_NONE: return "none";
    case options::v1::PRIVACY_PERSONAL: return "personal";
    case options::v1::PRIVACY_SPECIAL: return "special";
    default: return "pseudonymous";
  }
}

void AddFile(const FileDescriptor* file, std::set<std::string>& seen, google::protobuf::FileDescriptorSet& files) {
  if (!seen.insert(file->name()).second) return;
  for (int i = 0; i < file->dependency_count(); ++i) AddFile(file->dependency(i), seen, files);
  file->CopyTo(files.add_file());
}

}  // namespace

Catalog::Catalog(const Descriptor* message) : message_(message) {
  const options::v1::EventStream& stream = message->options().GetExtension(options::v1::stream);
  VEFA_CHECK(!stream.topic().empty() && !stream.service().empty());
  service_ = stream.service();
  topic_ = stream.topic();
  state_topic_ = stream.state_topic();
  state_message_ = stream.state_message();
  const Descriptor* state = message->file()->pool()->FindMessageTypeByName(state_message_);
  std::set<const Descriptor*> states;
  state_classification_ = Word(state == nullptr ? options::v1::PRIVACY_UNSPECIFIED : MostPrivate(state, states));
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    const options::v1::EventKind& kind = field->options().GetExtension(options::v1::event);
    VEFA_CHECK(!kind.type().empty() && field->message_type() != nullptr);
    std::set<const Descriptor*> seen;
    options::v1::Privacy most = MostPrivate(field->message_type(), seen);
    // The subject is part of the event: what is about a contact is about somebody.
    if (kind.subject().starts_with("contacts/")) most = std::max(most, options::v1::PRIVACY_PSEUDONYMOUS);
    kinds_[kind.type()] = {kind.type(), kind.subject(), kind.since(), Word(most), field};
  }
  google::protobuf::FileDescriptorSet files;
  std::set<std::string> seen;
  AddFile(message->file(), seen, files);
  descriptor_set_ = files.SerializeAsString();
  schema_hash_ = ToHex(crypto::Bytes(crypto::Sha256(descriptor_set_)));
}

const std::string& Catalog::ClassificationOf(const std::string& type) const {
  static const std::string kUnknown = "pseudonymous";
  auto found = kinds_.find(type);
  return found == kinds_.end() ? kUnknown : found->second.classification;
}

Source MakeSource(const Descriptor* message) {
  Source source;
  source.catalog = std::make_shared<const Catalog>(message);
  source.service = source.catalog->service();
  source.topic = source.catalog->topic();
  source.data_schema = message->full_name();
  return source;
}

}  // namespace vefa::events
