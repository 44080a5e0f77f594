// What readers of our events may rely on: every field says how private it is, personal data travel in
// boxes only, bytes of every release still decode, and what a newer release adds stops nobody.
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "libs/base/text.h"
#include "libs/catalog/documents.h"
#include "vefa/campaign/v1/campaign_events.pb.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::catalog {
namespace {

namespace pb = google::protobuf;
namespace fs = std::filesystem;

// Known to the compiler and so to the build of the golden bytes.
const std::vector<const pb::Message*> kEvents{
    &contact::v1::ContactEvent::default_instance(), &interaction::v1::InteractionEvent::default_instance(),
    &campaign::v1::CampaignEvent::default_instance(), &notification::v1::NotificationEvent::default_instance()};

std::string Slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const Contract& TheContract() {
  static const std::unique_ptr<Contract> contract = [] {
    std::map<std::string, std::string> examples;
    for (const auto& entry : fs::directory_iterator(VEFA_EXAMPLES))
      if (entry.path().extension() == ".json") examples[entry.path().stem()] = Slurp(entry.path());
    auto read = Contract::Read(Slurp(VEFA_DESCRIPTORS), examples);
    if (!read.ok()) std::fprintf(stderr, "%s\n", read.error().message.c_str());
    VEFA_CHECK_OK(read);
    return *std::move(read);
  }();
  return *contract;
}

// The generated message of a stream's events.
std::unique_ptr<pb::Message> NewEvent(const std::string& full_name) {
  for (const pb::Message* event : kEvents)
    if (event->GetDescriptor()->full_name() == full_name) return std::unique_ptr<pb::Message>(event->New());
  return nullptr;
}

// Which stream a kind belongs to.
const Stream* StreamOf(const std::string& type) {
  for (const Stream& stream : TheContract().streams())
    for (const Kind& kind : stream.kinds)
      if (kind.type == type) return &stream;
  return nullptr;
}

// The field of the oneof that is set, by what its event option says; empty for a kind not known.
std::string KindOf(const pb::Message& event) {
  const pb::OneofDescriptor* oneof = event.GetDescriptor()->FindOneofByName("kind");
  const pb::FieldDescriptor* field = event.GetReflection()->GetOneofFieldDescriptor(event, oneof);
  return field == nullptr ? "" : field->name();
}

std::string Deterministic(const pb::Message& message) {
  std::string bytes;
  pb::io::StringOutputStream stream(&bytes);
  pb::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

std::vector<fs::path> GoldenFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(VEFA_GOLDEN))
    if (entry.path().extension() == ".hex") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string ReadHex(const fs::path& path) {
  std::string text = Slurp(path);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  auto bytes = FromHex(text);
  EXPECT_TRUE(bytes.ok()) << path;
  return bytes.ok() ? *bytes : "";
}

TEST(Contract, EveryFieldSaysHowPrivateItIsAndPersonalDataAreInBoxes) {
  std::vector<const pb::Descriptor*> roots;
  for (const Stream& stream : TheContract().streams()) {
    roots.push_back(stream.event);
    roots.push_back(stream.state.message);
  }
  int checked = 0;
  for (const pb::Descriptor* message : Reached(roots)) {
    if (!message->full_name().starts_with("vefa.")) continue;
    for (int i = 0; i < message->field_count(); ++i) {
      const pb::FieldDescriptor* field = message->field(i);
      std::string privacy = Contract::Privacy(field);
      bool ours = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map() &&
                  field->message_type()->full_name().starts_with("vefa.");
      // A message of ours says it of its own fields.
      if (!ours) {
        EXPECT_NE(privacy, "") << field->full_name() << " declares no privacy";
      }
      bool boxed = ours && field->message_type()->full_name() == "vefa.event.v1.PiiBox";
      EXPECT_TRUE(boxed || (privacy != "personal" && privacy != "special"))
          << field->full_name() << " is " << privacy << " and not in a PiiBox";
      ++checked;
    }
  }
  EXPECT_GT(checked, 60);
}

TEST(Contract, EveryKindHasAPastTenseTypeASubjectAndARelease) {
  const std::regex type("[a-z_]+\\.[a-z_]+(ed|n|t)"), release("[0-9]+\\.[0-9]+\\.[0-9]+");
  std::set<std::string> types;
  for (const Stream& stream : TheContract().streams()) {
    for (const Kind& kind : stream.kinds) {
      EXPECT_TRUE(kind.type == "message.unknown" || std::regex_match(kind.type, type)) << kind.type;
      EXPECT_TRUE(std::regex_match(kind.since, release)) << kind.type;
      EXPECT_NE(kind.subject.find("{uuid}"), std::string::npos) << kind.type;
      EXPECT_FALSE(kind.summary.empty()) << kind.type << " has no comment";
      EXPECT_TRUE(types.insert(kind.type).second) << kind.type << " is declared twice";
    }
    EXPECT_EQ(stream.topic, "vefa." + stream.service + ".v1");
    EXPECT_EQ(stream.state_topic, "vefa." + stream.service + ".state.v1");
  }
  EXPECT_GE(types.size(), 23u);
}

TEST(Contract, TheBytesOfEveryReleaseStillDecodeAndMeanTheSame) {
  std::set<std::string> seen;
  for (const fs::path& path : GoldenFiles()) {
    std::string type = path.stem();
    const Stream* stream = StreamOf(type);
    ASSERT_NE(stream, nullptr) << path << ": a released kind was removed";
    std::unique_ptr<pb::Message> event = NewEvent(stream->event->full_name());
    std::string bytes = ReadHex(path);
    ASSERT_TRUE(event->ParseFromString(bytes)) << path;
    EXPECT_TRUE(event->GetReflection()->GetUnknownFields(*event).empty()) << path;
    EXPECT_EQ(Deterministic(*event), bytes) << path;
    // The field that carries it still declares the type.
    for (const Kind& kind : stream->kinds) {
      if (kind.type != type) continue;
      EXPECT_EQ(event->GetDescriptor()->FindFieldByName(KindOf(*event))->message_type()->full_name(),
                kind.message->full_name()) << path;
    }
    seen.insert(type);
  }
  for (const Stream& stream : TheContract().streams())
    for (const Kind& kind : stream.kinds)
      EXPECT_TRUE(seen.contains(kind.type)) << kind.type << " has no golden bytes: tests/contract/README.md says how";
}

TEST(Contract, TheExamplesAreTheGoldenBytesOfThisRelease) {
  for (const Stream& stream : TheContract().streams())
    for (const Kind& kind : stream.kinds)
      EXPECT_EQ(ToHex(kind.example_bytes), ToHex(ReadHex(fs::path(VEFA_GOLDEN) / VEFA_RELEASE / (kind.type + ".hex"))))
          << kind.type;
}

TEST(Contract, WhatANewerReleaseAddsStopsNobody) {
  for (const fs::path& path : GoldenFiles()) {
    const Stream* stream = StreamOf(path.stem());
    std::unique_ptr<pb::Message> event = NewEvent(stream->event->full_name());
    // An unknown text field beside the kind, as a newer release would add one.
    std::string bytes = ReadHex(path) + std::string("\xa2\x06\x03new", 6);
    ASSERT_TRUE(event->ParseFromString(bytes)) << path;
    EXPECT_NE(KindOf(*event), "") << path;
    EXPECT_EQ(event->SerializeAsString().size(), bytes.size()) << path << ": what is not known is passed on";
    // A kind that is not known at all: skipped, not refused.
    ASSERT_TRUE(event->ParseFromString(std::string("\xa2\x1f\x02\x08\x01", 5)));
    EXPECT_EQ(KindOf(*event), "");
  }
}

TEST(Contract, AnUnknownEnumValueIsKeptAndWrittenAsANumber) {
  notification::v1::NotificationEvent event;
  event.mutable_suppression_added()->set_channel(static_cast<contact::v1::Channel>(999));
  notification::v1::NotificationEvent read;
  ASSERT_TRUE(read.ParseFromString(event.SerializeAsString()));
  EXPECT_EQ(static_cast<int>(read.suppression_added().channel()), 999);
  std::string json;
  ASSERT_TRUE(pb::util::MessageToJsonString(read, &json).ok());
  EXPECT_NE(json.find("\"channel\":999"), std::string::npos) << json;
}

TEST(Contract, TheJsonFormOfEveryEventIsReadBackToTheSameBytes) {
  for (const Stream& stream : TheContract().streams()) {
    for (const Kind& kind : stream.kinds) {
      std::unique_ptr<pb::Message> event = NewEvent(stream.event->full_name());
      ASSERT_TRUE(pb::util::JsonStringToMessage(kind.example_json, event.get()).ok()) << kind.type;
      EXPECT_EQ(ToHex(Deterministic(*event)), ToHex(kind.example_bytes)) << kind.type;
    }
  }
}

}  // namespace
}  // namespace vefa::catalog
