#include "services/contact/right/person_page.h"

#include <google/protobuf/message.h>

#include <algorithm>

#include "libs/base/text.h"
#include "services/contact/right/person_values.h"
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

// Of every message. A text that is called `contact` or `merged` is a name; a message of that name is not.
constexpr std::string_view kForPrograms[] = {"name", "about", "etag", "version", "contact_version", "definition_version", "profile_version",
                                             "sequence", "line", "rights_request", "path", "titles", "transaction_id", "error_code"};
constexpr std::string_view kNamesForPrograms[] = {"contact", "survivor", "merged", "merged_into"};

// One name stands for two things in one place alone.
std::string_view NameOf(const FieldDescriptor& field) {
  return field.full_name() == "vefa.contact.v1.ScoreShare.points" ? std::string_view("score") : std::string_view(field.name());
}

// Writes messages, field by field as the contract has them.
class PageWriter {
 public:
  PageWriter(const v1::PersonDocument& document, std::string_view language) : language_(language), values_(document, language) {}

  void Fields(const Message& message, int depth, std::string_view attribute) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) Field(message, *field, depth, attribute);
  }
  std::string html;

 private:
  void Field(const Message& message, const FieldDescriptor& field, int depth, std::string_view attribute) {
    if (IsForPrograms(field)) return;
    const std::string label = WordFor(PersonFieldWords(), NameOf(field), language_);
    const auto& reflection = *message.GetReflection();
    const int size = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
    for (int i = 0; i < size; ++i) {
      const int at = field.is_repeated() ? i : -1;
      if (IsValue(field)) {
        Line(label, values_.Say(message, field, at, attribute));
      } else {
        Part(label, at < 0 ? reflection.GetMessage(message, &field) : reflection.GetRepeatedMessage(message, &field, i), depth, attribute);
      }
    }
  }
  void Part(const std::string& label, const Message& message, int depth, std::string_view attribute) {
    const std::string level = std::to_string(std::min(depth, kHeadingsMax));
    const auto& type = *message.GetDescriptor();
    // An entry of a map is called by its key.
    std::string title = EscapeHtml(label), key;
    if (type.options().map_entry()) {
      key = message.GetReflection()->GetString(message, type.map_key());
      title += ": " + EscapeHtml(values_.Say(message, *type.map_key(), -1, "").value_or(key));
    }
    const size_t before = html.size();
    html += "<section><h" + level + ">" + title + "</h" + level + ">";
    const size_t begun = html.size();
    if (type.options().map_entry()) {
      Field(message, *type.map_value(), depth + 1, key);
    } else {
      Fields(message, depth + 1, attribute);
    }
    // Nothing in it was for people.
    if (html.size() == begun) return html.resize(before);
    html += "</section>\n";
  }
  void Line(const std::string& label, const std::optional<std::string>& value) {
    if (value) html += "<dl><dt>" + EscapeHtml(label) + "</dt><dd>" + EscapeHtml(*value) + "</dd></dl>\n";
  }

  const std::string language_;
  const PersonValues values_;
};

}  // namespace

bool IsForPrograms(const FieldDescriptor& field) {
  const std::string_view name = field.name();
  if (field.type() == FieldDescriptor::TYPE_BYTES || std::ranges::find(kForPrograms, name) != std::ranges::end(kForPrograms)) return true;
  // By when we have to have told IYS is our concern.
  if (field.full_name() == "vefa.contact.v1.IysEntry.due_time") return true;
  return field.type() == FieldDescriptor::TYPE_STRING && std::ranges::find(kNamesForPrograms, name) != std::ranges::end(kNamesForPrograms);
}

std::string PersonPage(const v1::PersonDocument& document, std::string_view language) {
  const bool turkish = language == "tr";
  const std::string title = turkish ? "Hakkınızda tuttuğumuz bilgiler" : "What we hold of you";
  PageWriter writer(document, turkish ? "tr" : "en");
  writer.html = "<!doctype html>\n<html lang=\"" + std::string(turkish ? "tr" : "en") + "\">\n<head>" + kPageHead + "<title>" + title +
                "</title></head>\n<body><main><h1>" + title + "</h1>\n";
  writer.Fields(document, 2, "");
  writer.html += "</main></body>\n</html>\n";
  return std::move(writer.html);
}

}  // namespace vefa::contact
