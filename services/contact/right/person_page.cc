#include "services/contact/right/person_page.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/type/date.pb.h>

#include <cstdio>

#include "libs/base/text.h"
#include "libs/rpc/time.h"
#include "services/contact/right/person_words.h"

namespace vefa::contact {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kPageHead[] =
    "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\""
    " content=\"noindex\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    "<style>body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c1c1a;background:#fff}"
    "section{border-left:3px solid #d9d9d4;margin:1rem 0;padding-left:1rem}dl{margin:0}"
    "dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere;white-space:pre-wrap}</style>";
constexpr int kHeadingsMax = 6;

// One name stands for two things in one place alone.
std::string_view NameOf(const FieldDescriptor& field) {
  return field.full_name() == "vefa.contact.v1.ScoreShare.points" ? std::string_view("score") : std::string_view(field.name());
}

// Writes messages, field by field as the contract has them.
class PageWriter {
 public:
  explicit PageWriter(std::string_view language) : language_(language) {}

  void Fields(const Message& message, int depth) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) Field(message, *field, depth);
  }
  std::string html;

 private:
  void Field(const Message& message, const FieldDescriptor& field, int depth) {
    const std::string label = WordFor(PersonFieldWords(), NameOf(field), language_);
    const auto& reflection = *message.GetReflection();
    if (field.is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        if (IsPart(field)) {
          Part(label, reflection.GetRepeatedMessage(message, &field, i), depth);
        } else {
          Line(label, ValueOf(message, field, i));
        }
      }
    } else if (IsPart(field)) {
      Part(label, reflection.GetMessage(message, &field), depth);
    } else {
      Line(label, ValueOf(message, field, -1));
    }
  }
  static bool IsPart(const FieldDescriptor& field) {
    return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
           field.message_type() != google::protobuf::Timestamp::descriptor() && field.message_type() != google::type::Date::descriptor();
  }
  void Part(const std::string& label, const Message& message, int depth) {
    const std::string level = std::to_string(std::min(depth, kHeadingsMax));
    // An entry of a map is called by its key.
    std::string title = EscapeHtml(label);
    if (message.GetDescriptor()->options().map_entry())
      title += ": " + EscapeHtml(ValueOf(message, *message.GetDescriptor()->map_key(), -1));
    html += "<section><h" + level + ">" + title + "</h" + level + ">";
    if (message.GetDescriptor()->options().map_entry()) {
      Field(message, *message.GetDescriptor()->map_value(), depth + 1);
    } else {
      Fields(message, depth + 1);
    }
    html += "</section>\n";
  }
  void Line(const std::string& label, const std::string& value) {
    html += "<dl><dt>" + EscapeHtml(label) + "</dt><dd>" + EscapeHtml(value) + "</dd></dl>\n";
  }
  std::string ValueOf(const Message& message, const FieldDescriptor& field, int i) const {
    const auto& reflection = *message.GetReflection();
    const bool many = i >= 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string value = many ? reflection.GetRepeatedString(message, &field, i) : reflection.GetString(message, &field);
        return field.type() == FieldDescriptor::TYPE_BYTES ? ToHex(value) : value;
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto* value = many ? reflection.GetRepeatedEnum(message, &field, i) : reflection.GetEnum(message, &field);
        return WordFor(PersonValueWords(), value->name(), language_);
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return (many ? reflection.GetRepeatedBool(message, &field, i) : reflection.GetBool(message, &field))
                   ? (language_ == "tr" ? "evet" : "yes")
                   : (language_ == "tr" ? "hayır" : "no");
      case FieldDescriptor::CPPTYPE_INT32:
        return std::to_string(many ? reflection.GetRepeatedInt32(message, &field, i) : reflection.GetInt32(message, &field));
      case FieldDescriptor::CPPTYPE_INT64:
        return std::to_string(many ? reflection.GetRepeatedInt64(message, &field, i) : reflection.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_DOUBLE: {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.15g", many ? reflection.GetRepeatedDouble(message, &field, i) : reflection.GetDouble(message, &field));
        return digits;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return WhenOf(many ? reflection.GetRepeatedMessage(message, &field, i) : reflection.GetMessage(message, &field));
      default: return "";
    }
  }
  // A moment or a day.
  static std::string WhenOf(const Message& message) {
    if (message.GetDescriptor() == google::type::Date::descriptor()) {
      const auto& date = static_cast<const google::type::Date&>(message);
      char day[32];
      std::snprintf(day, sizeof day, "%04d-%02d-%02d", date.year(), date.month(), date.day());
      return day;
    }
    std::string time = ToRfc3339(rpc::FromProto(static_cast<const google::protobuf::Timestamp&>(message)));
    return time.substr(0, 10) + " " + time.substr(11, 8) + " UTC";
  }

  const std::string language_;
};

}  // namespace

std::string PersonPage(const v1::PersonDocument& document, std::string_view language) {
  const bool turkish = language == "tr";
  const std::string title = turkish ? "Hakkınızda tuttuğumuz bilgiler" : "What we hold of you";
  PageWriter writer(turkish ? "tr" : "en");
  writer.html = "<!doctype html>\n<html lang=\"" + std::string(turkish ? "tr" : "en") + "\">\n<head>" + kPageHead + "<title>" + title +
                "</title></head>\n<body><main><h1>" + title + "</h1>\n";
  writer.Fields(document, 2);
  writer.html += "</main></body>\n</html>\n";
  return std::move(writer.html);
}

}  // namespace vefa::contact
