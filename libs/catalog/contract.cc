#include "libs/catalog/contract.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <set>

#include "libs/events/catalog.h"
#include "vefa/options/v1/options.pb.h"

namespace vefa::catalog {
namespace {

namespace pb = google::protobuf;

Error Refuse(const std::string& message) { return {Code::kFailedPrecondition, "CONTRACT", message}; }

// Comment lines as one paragraph; a blank line stays a break.
std::string Paragraph(const std::string& comment) {
  std::string text;
  for (size_t begin = 0; begin < comment.size();) {
    size_t end = std::min(comment.find('\n', begin), comment.size());
    std::string line = comment.substr(begin, end - begin);
    line.erase(0, line.find_first_not_of(' ') == std::string::npos ? line.size() : line.find_first_not_of(' '));
    if (line.empty()) {
      text += "\n";
    } else {
      text += (text.empty() || text.ends_with("\n") ? "" : " ") + line;
    }
    begin = end + 1;
  }
  while (text.ends_with("\n")) text.pop_back();
  return text;
}

template <typename Descriptor>
std::string CommentOf(const Descriptor* described) {
  pb::SourceLocation location;
  return described->GetSourceLocation(&location) ? Paragraph(location.leading_comments) : "";
}

// An option as the generated code knows it; the pool's own options hold extensions as unknown fields.
template <typename Generated, typename Options>
Generated Known(const Options& options) {
  Generated known;
  known.ParseFromString(options.SerializeAsString());
  return known;
}

std::string Word(options::v1::Privacy privacy) {
  static const std::map<options::v1::Privacy, std::string> kWords{{options::v1::PRIVACY_NONE, "none"},
                                                                  {options::v1::PRIVACY_PSEUDONYMOUS, "pseudonymous"},
                                                                  {options::v1::PRIVACY_PERSONAL, "personal"},
                                                                  {options::v1::PRIVACY_SPECIAL, "special"}};
  auto found = kWords.find(privacy);
  return found == kWords.end() ? "" : found->second;
}

options::v1::Privacy PrivacyOf(const pb::FieldDescriptor* field) {
  return Known<pb::FieldOptions>(field->options()).GetExtension(options::v1::privacy);
}

options::v1::Privacy MostPrivate(const pb::Descriptor* message, std::set<const pb::Descriptor*>& seen) {
  options::v1::Privacy most = options::v1::PRIVACY_NONE;
  if (!seen.insert(message).second) return most;
  for (int i = 0; i < message->field_count(); ++i) {
    most = std::max(most, PrivacyOf(message->field(i)));
    if (message->field(i)->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE)
      most = std::max(most, MostPrivate(message->field(i)->message_type(), seen));
  }
  return most;
}

std::string Classify(const pb::Descriptor* message) {
  std::set<const pb::Descriptor*> seen;
  return Word(MostPrivate(message, seen));
}

}  // namespace

std::string Contract::Comment(const pb::Descriptor* message) { return CommentOf(message); }
std::string Contract::Comment(const pb::FieldDescriptor* field) { return CommentOf(field); }
std::string Contract::Privacy(const pb::FieldDescriptor* field) { return Word(PrivacyOf(field)); }

Status Contract::AddExample(const pb::Descriptor* message, const std::map<std::string, std::string>& examples,
                            Kind& kind) {
  auto found = examples.find(kind.type);
  if (found == examples.end()) return Refuse("Write proto/examples/" + kind.type + ".json.");
  std::unique_ptr<pb::Message> example(factory_->GetPrototype(message)->New());
  auto read = pb::util::JsonStringToMessage(found->second, example.get());
  if (!read.ok()) return Refuse("proto/examples/" + kind.type + ".json does not fit: " + read.ToString());
  kind.example_bytes.clear();
  {
    pb::io::StringOutputStream stream(&kind.example_bytes);
    pb::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    example->SerializeToCodedStream(&coded);
  }
  auto written = pb::util::MessageToJsonString(*example, &kind.example_json);
  if (!written.ok()) return Refuse(kind.type + ": " + written.ToString());
  return Ok();
}

Status Contract::AddStream(const pb::Descriptor* event, const std::map<std::string, std::string>& examples) {
  auto declared = Known<pb::MessageOptions>(event->options()).GetExtension(options::v1::stream);
  Stream stream;
  stream.service = declared.service();
  stream.topic = declared.topic();
  stream.state_topic = declared.state_topic();
  stream.event = event;
  stream.summary = Comment(event);
  const pb::Descriptor* compiled = pb::DescriptorPool::generated_pool()->FindMessageTypeByName(event->full_name());
  if (compiled == nullptr) return Refuse(event->full_name() + " is not compiled in.");
  events::Catalog catalog(compiled);
  stream.schema_hash = catalog.schema_hash();
  for (int i = 0; i < event->field_count(); ++i) {
    const pb::FieldDescriptor* field = event->field(i);
    auto of = Known<pb::FieldOptions>(field->options()).GetExtension(options::v1::event);
    Kind kind{of.type(), of.subject(), of.since(), catalog.ClassificationOf(of.type()), Comment(field->message_type()),
              field->message_type(), "", ""};
    VEFA_TRY_OK(AddExample(event, examples, kind));
    stream.kinds.push_back(std::move(kind));
  }
  const pb::Descriptor* state = pool_.FindMessageTypeByName(declared.state_message());
  if (state == nullptr) return Refuse("There is no message " + declared.state_message() + ".");
  stream.state = {declared.service() + ".state", "", "0.2.0", Classify(state), Comment(state), state, "", ""};
  VEFA_TRY_OK(AddExample(state, examples, stream.state));
  streams_.push_back(std::move(stream));
  return Ok();
}

Result<std::unique_ptr<Contract>> Contract::Read(const std::string& descriptors,
                                                 const std::map<std::string, std::string>& examples) {
  pb::FileDescriptorSet files;
  if (!files.ParseFromString(descriptors)) return Refuse("The descriptor file cannot be read.");
  std::unique_ptr<Contract> contract(new Contract());
  std::vector<const pb::Descriptor*> events;
  for (const pb::FileDescriptorProto& proto : files.file()) {
    const pb::FileDescriptor* file = contract->pool_.BuildFile(proto);
    if (file == nullptr) return Refuse("The descriptors of " + proto.name() + " do not fit together.");
    for (int i = 0; i < file->message_type_count(); ++i) {
      auto options = Known<pb::MessageOptions>(file->message_type(i)->options());
      if (options.HasExtension(options::v1::stream)) events.push_back(file->message_type(i));
    }
  }
  contract->factory_ = std::make_unique<pb::DynamicMessageFactory>(&contract->pool_);
  std::sort(events.begin(), events.end(), [](auto* a, auto* b) { return a->full_name() < b->full_name(); });
  for (const pb::Descriptor* event : events) VEFA_TRY_OK(contract->AddStream(event, examples));
  if (contract->streams_.empty()) return Refuse("No message declares a stream.");
  return contract;
}

}  // namespace vefa::catalog
