#include "libs/proof/file.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "libs/base/text.h"
#include "libs/crypto/ed25519.h"
#include "vefa/contact/v1/contact.pb.h"

namespace vefa::proof {
namespace {

using Json = nlohmann::json;

// Base64 of either alphabet, with or without padding.
Result<std::string> FromBase64(std::string text) {
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return FromBase64Url(text);
}

// Reads the fields of one object; remembers the first that is not what it must be.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {}

  std::string Text(const char* name) {
    auto found = object_.find(name);
    if (found == object_.end()) return "";
    if (!found->is_string()) return Wrong(name, "is no text");
    return found->get<std::string>();
  }
  int64_t Number(const char* name) {
    auto found = object_.find(name);
    if (found == object_.end()) return 0;
    if (found->is_number_integer()) return found->get<int64_t>();
    // 64-bit numbers travel as text in proto JSON.
    const std::string text = Text(name);
    char* end = nullptr;
    int64_t number = std::strtoll(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0') Wrong(name, "is no number");
    return number;
  }
  std::string Bytes(const char* name) {
    auto bytes = FromBase64(Text(name));
    return bytes.ok() ? *std::move(bytes) : Wrong(name, "is not base64");
  }
  // 32 bytes; zeros when there are none.
  crypto::Digest Digest(const char* name) {
    const std::string bytes = Bytes(name);
    crypto::Digest digest{};
    if (bytes.size() == digest.size()) std::copy(bytes.begin(), bytes.end(), digest.begin());
    else if (!bytes.empty()) Wrong(name, "has not 32 bytes");
    return digest;
  }
  Time At(const char* name) {
    auto time = ParseTime(Text(name));
    if (time.ok()) return *time;
    Wrong(name, "is no time");
    return {};
  }
  Uuid Id(const char* name, const std::string& prefix, bool needed) {
    const std::string text = Text(name);
    if (text.empty() && !needed) return {};
    auto id = text.starts_with(prefix) ? Uuid::Parse(std::string_view(text).substr(prefix.size())) : Uuid::Parse("");
    if (id.ok()) return *id;
    Wrong(name, "names nobody");
    return {};
  }
  // An enum by its name, or by its number where a newer server knows more names.
  template <typename Enum>
  int32_t Value(const char* name, bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
    auto found = object_.find(name);
    if (found == object_.end()) return 0;
    if (found->is_number_integer()) return found->get<int32_t>();
    Enum value{};
    if (!found->is_string() || !parse(found->get_ref<const std::string&>(), &value)) Wrong(name, "is not known here; use a newer vefactl");
    return value;
  }
  const Json* Object(const char* name) {
    auto found = object_.find(name);
    if (found == object_.end() || found->is_null()) return nullptr;
    if (found->is_object()) return &*found;
    Wrong(name, "is no object");
    return nullptr;
  }

  const std::string& wrong() const { return wrong_; }

 private:
  std::string Wrong(const char* name, const char* how) {
    if (wrong_.empty()) wrong_ = std::string("`") + name + "` " + how + ".";
    return "";
  }

  const Json& object_;
  std::string wrong_;
};

std::string ReadHeader(const Json& json, Header& header) {
  Fields fields(json);
  header.format = fields.Number("format");
  header.tenant = fields.Id("tenant", "", true);
  header.contact = fields.Id("contact", "contacts/", false);
  header.public_key = fields.Bytes("publicKey");
  return fields.wrong();
}

std::string ReadOpening(const Json& json, Entry& entry) {
  Fields fields(json);
  entry.salt = fields.Bytes("salt");
  entry.person.address = fields.Text("address");
  entry.person.source = fields.Text("source");
  if (const Json* origin = fields.Object("origin")) {
    Fields from(*origin);
    entry.person.ip = from.Text("ip");
    entry.person.user_agent = from.Text("userAgent");
    if (!from.wrong().empty()) return from.wrong();
  }
  return fields.wrong();
}

std::string ReadEntry(const Json& json, Entry& entry) {
  Fields fields(json);
  Line& line = entry.line;
  entry.sequence = fields.Number("sequence");
  line.line = fields.Number("line");
  line.contact = fields.Id("contact", "contacts/", true);
  line.purpose = fields.Text("purpose");
  line.channel = fields.Value("channel", &contact::v1::Channel_Parse);
  line.state = fields.Value("state", &contact::v1::Consent_State_Parse);
  line.recipient_type = fields.Value("recipientType", &contact::v1::RecipientType_Parse);
  line.capture_source = fields.Text("captureSource");
  line.text_version = static_cast<int32_t>(fields.Number("textVersion"));
  line.text_hash = fields.Bytes("textHash");
  line.form_hash = fields.Bytes("formHash");
  line.actor = fields.Text("actor");
  line.occur_time = fields.At("occurTime");
  line.record_time = fields.At("recordTime");
  line.commitment = fields.Bytes("commitment");
  entry.hash = fields.Digest("hash");
  if (const Json* opening = fields.Object("opening")) {
    std::string wrong = ReadOpening(*opening, entry);
    if (!wrong.empty()) return wrong;
  }
  return fields.wrong();
}

std::string ReadAnchor(const Json& json, const Uuid& tenant, SignedAnchor& signed_anchor) {
  Fields fields(json);
  Anchor& anchor = signed_anchor.anchor;
  anchor.tenant = tenant;
  anchor.day = DayOf(fields.At("day"));
  anchor.sequence = fields.Number("sequence");
  anchor.hash = fields.Digest("hash");
  anchor.previous = fields.Digest("previous");
  signed_anchor.signature = fields.Bytes("signature");
  return fields.wrong();
}

std::string ReadClosing(const Json& json, const Uuid& tenant, SignedClosing& signed_closing) {
  Fields fields(json);
  Closing& closing = signed_closing.closing;
  closing.tenant = tenant;
  closing.time = fields.At("time");
  closing.sequence = fields.Number("sequence");
  closing.hash = fields.Digest("hash");
  closing.previous = fields.Digest("previous");
  signed_closing.signature = fields.Bytes("signature");
  return fields.wrong();
}

std::string GiveDigests(const Json& json, int64_t file_line, Checker& checker) {
  Fields fields(json);
  const int64_t first = fields.Number("firstSequence");
  const std::string bytes = fields.Bytes("digests");
  if (bytes.size() % sizeof(crypto::Digest) != 0 || bytes.empty()) return "`digests` has not 32 bytes for each.";
  if (!fields.wrong().empty()) return fields.wrong();
  std::vector<crypto::Digest> digests(bytes.size() / sizeof(crypto::Digest));
  for (size_t i = 0; i < digests.size(); ++i)
    std::copy_n(bytes.begin() + static_cast<long>(i * sizeof(crypto::Digest)), sizeof(crypto::Digest), digests[i].begin());
  checker.TakeDigests(file_line, first, digests);
  return "";
}

std::string GiveStart(const Json& json, int64_t file_line, Checker& checker) {
  Fields fields(json);
  const int64_t sequence = fields.Number("sequence");
  const crypto::Digest hash = fields.Digest("hash");
  if (fields.wrong().empty()) checker.TakeStart(file_line, sequence, hash);
  return fields.wrong();
}

// Reads a record and gives it; what was wrong with it otherwise.
template <typename Record, typename Read>
std::string Give(int64_t file_line, Checker& checker, Read read) {
  Record record;
  std::string wrong = read(record);
  if (wrong.empty()) checker.Take(file_line, record);
  return wrong;
}

class FileReader {
 public:
  explicit FileReader(Checker& checker) : checker_(checker) {}

  // What is wrong with the line; empty when nothing is.
  std::string Take(int64_t file_line, const std::string& text) {
    if (text.size() > kFileLineMax) return "The line is longer than any of a proof.";
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return "The line is no JSON.";
    if (!json.is_object() || json.size() != 1) return "The line is no record of a proof.";
    const std::string& kind = json.begin().key();
    const Json& record = json.begin().value();
    if (!record.is_object()) return "`" + kind + "` is no object.";
    if (kind == "entry") return Give<Entry>(file_line, checker_, [&](Entry& entry) { return ReadEntry(record, entry); });
    if (kind == "digests") return GiveDigests(record, file_line, checker_);
    if (kind == "start") return GiveStart(record, file_line, checker_);
    if (kind == "anchor")
      return Give<SignedAnchor>(file_line, checker_, [&](SignedAnchor& anchor) { return ReadAnchor(record, tenant_, anchor); });
    if (kind == "closing")
      return Give<SignedClosing>(file_line, checker_, [&](SignedClosing& closing) { return ReadClosing(record, tenant_, closing); });
    if (kind == "error") return "The export ended here with an error: " + record.value("detail", "") + " Export again.";
    if (kind != "header") return "`" + kind + "` is no kind of record that is known here.";
    return Give<Header>(file_line, checker_, [&](Header& header) {
      std::string wrong = ReadHeader(record, header);
      tenant_ = header.tenant;
      return wrong;
    });
  }

 private:
  Checker& checker_;
  Uuid tenant_;
};

}  // namespace

void CheckFile(std::istream& file, Checker& checker) {
  FileReader reader(checker);
  int64_t line = 0;
  for (std::string text; std::getline(file, text);) {
    ++line;
    if (text.empty()) continue;
    std::string wrong = reader.Take(line, text);
    if (!wrong.empty()) checker.Unreadable(line, wrong);
  }
  checker.End(line);
}

Result<std::string> ReadPublicKey(const std::string& text) {
  const std::string_view kSpace = " \t\r\n";
  size_t first = text.find_first_not_of(kSpace);
  std::string key = first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
  auto bytes = key.size() == 2 * crypto::kEd25519KeyBytes ? FromHex(key) : FromBase64(key);
  if (bytes.ok() && bytes->size() == crypto::kEd25519KeyBytes) return bytes;
  return InvalidArgument("KEY_SYNTAX", "Give a public key of 32 bytes, as 64 hexadecimal digits or in base64.");
}

}  // namespace vefa::proof
