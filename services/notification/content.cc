#include "services/notification/content.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <map>

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace vefa::notification {
namespace {

constexpr int kLanguagesMax = 20;
constexpr size_t kSubjectMax = 200;   // characters
constexpr size_t kTitleMax = 200;     // characters
// The same as a template of campaign may have.
constexpr size_t kTextMax = 64 << 10;   // octets
constexpr size_t kHtmlMax = 256 << 10;  // octets

bool IsLanguage(const std::string& text) {
  return text.size() >= 2 && text.size() <= 35 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
         });
}

void CheckText(const std::string& path, const std::string& text, size_t octets_max, std::vector<Violation>& violations) {
  if (text.size() > octets_max)
    violations.push_back({path, "TOO_LONG", "At most " + std::to_string(octets_max) + " octets."});
  auto pattern = Pattern::Parse(text);
  if (!pattern.ok()) violations.push_back({path, pattern.error().reason, pattern.error().message});
}

void CheckWords(const std::string& path, const v1::ContentText& text, std::vector<Violation>& violations) {
  bool one_line = text.subject().find_first_of("\r\n") == std::string::npos;
  if (text.subject().empty() || !one_line || Utf8Length(text.subject()) > kSubjectMax)
    violations.push_back({path + ".subject", "SUBJECT_INVALID", "Give one line of 1 to 200 characters."});
  if (text.text().empty()) violations.push_back({path + ".text", "TEXT_MISSING", "Give the plain text; HTML alone is not enough."});
  CheckText(path + ".subject", text.subject(), kSubjectMax * 4, violations);
  CheckText(path + ".text", text.text(), kTextMax, violations);
  CheckText(path + ".html", text.html(), kHtmlMax, violations);
}

std::map<std::string, Words> ToWords(const v1::Content& content) {
  std::map<std::string, Words> words;
  for (const auto& [language, text] : content.texts()) words[language] = {text.subject(), text.text(), text.html()};
  return words;
}

}  // namespace

void CheckContent(const v1::Content& content, std::vector<Violation>& violations) {
  if (content.texts().count("en") == 0)
    violations.push_back({"content.texts", "ENGLISH_MISSING", "Give the words in `en`: they serve every other language."});
  if (content.texts_size() > kLanguagesMax)
    violations.push_back({"content.texts", "TOO_MANY", "At most 20 languages."});
  if (Utf8Length(content.title()) > kTitleMax)
    violations.push_back({"content.title", "TOO_LONG", "At most 200 characters."});
  // In the order of the languages, so that the same mistake reads the same every time.
  std::map<std::string, const v1::ContentText*> ordered;
  for (const auto& [language, text] : content.texts()) ordered[language] = &text;
  for (const auto& [language, text] : ordered) {
    std::string path = "content.texts[" + language + "]";
    if (!IsLanguage(language)) violations.push_back({path, "LANGUAGE_SYNTAX", "Name the language as BCP 47 does: `tr`, `en`."});
    CheckWords(path, *text, violations);
  }
}

bool AsksToConfirm(const v1::Content& content) {
  for (const auto& [language, text] : content.texts())
    for (const std::string* words : {&text.subject(), &text.text(), &text.html()}) {
      auto pattern = Pattern::Parse(*words);
      if (pattern.ok() && pattern->Uses(&Fields::confirmation_url)) return true;
    }
  return false;
}

std::string StoredContent(const v1::Content& content) {
  std::string stored;
  {
    google::protobuf::io::StringOutputStream stream(&stored);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);  // Maps have no order of their own.
    content.SerializeToCodedStream(&coded);
  }
  return stored;
}

Uuid ContentId(const std::string& stored) {
  crypto::Digest digest = crypto::Sha256(stored);
  Uuid id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<uint8_t>((id.bytes[6] & 0x0F) | 0x80);  // Version 8: made from a hash.
  id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

Result<CompiledContent> CompileContent(const std::string& stored, const Mailbox& sender) {
  v1::Content content;
  if (!content.ParseFromString(stored))
    return Error{Code::kDataLoss, "CONTENT_MALFORMED", "A stored content cannot be read."};
  VEFA_TRY(MessageBuilder builder, MessageBuilder::Compile(ToWords(content), sender));
  return CompiledContent{std::move(builder), content.title()};
}

}  // namespace vefa::notification
