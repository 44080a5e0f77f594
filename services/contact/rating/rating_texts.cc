#include "services/contact/rating/rating_texts.h"

#include "libs/base/text.h"
#include "libs/text/name.h"

namespace vefa::contact {
namespace {

constexpr int kPriorityMax = 1000;

}  // namespace

void CheckTexts(google::protobuf::Map<std::string, std::string>& texts, const std::string& field, size_t characters, bool is_required,
                std::vector<Violation>& violations) {
  if (is_required && texts.empty()) violations.push_back({field, "REQUIRED", "Give it in Turkish (tr), English (en) or both."});
  for (auto& [language, text] : texts) {
    const std::string path = field + "." + language;
    if (language != "tr" && language != "en") {
      violations.push_back({field, "LANGUAGE_UNKNOWN", "Give texts in Turkish (tr) and English (en)."});
    } else if (!IsUtf8(text)) {
      violations.push_back({path, "NOT_UTF8", "Give text in UTF-8 without NUL."});
    } else {
      text = text::Tidied(text);
      if (text.empty()) violations.push_back({path, "REQUIRED", "Give a text, or leave the language out."});
      if (Utf8Length(text) > characters)
        violations.push_back({path, "TOO_LONG", "Give at most " + std::to_string(characters) + " characters."});
      if (text::HidesSigns(text))
        violations.push_back({path, "CONTROL_CHARACTER", "Leave out control characters and marks of direction."});
    }
  }
}

void CheckPriority(int priority, const std::string& field, std::vector<Violation>& violations) {
  if (priority < 1 || priority > kPriorityMax) violations.push_back({field, "OUT_OF_RANGE", "Give 1 to 1,000; 1 comes first."});
}

Status DeleteDefinition(postgres::Database& database, const rpc::CallContext& call, DefinitionKind kind, const std::string& code,
                        const Error& missing, const Clock& clock, const std::function<Status(postgres::Transaction&)>& also) {
  VEFA_TRY(bool deleted, postgres::InTransaction(
                             database, postgres::Scope::Tenant(call.tenant), call.deadline,
                             [&](postgres::Transaction& transaction) -> Result<bool> {
                               VEFA_TRY_OK(HoldDefinitions(transaction, call.tenant, clock));
                               VEFA_TRY(std::vector<Definition> all, ReadDefinitionsOf(transaction, call.tenant, kind));
                               bool known = false;
                               for (const Definition& one : all) known = known || one.code == code;
                               if (!known) return missing;
                               if (also != nullptr) VEFA_TRY_OK(also(transaction));
                               VEFA_TRY_OK(WriteDefinition(transaction, call.tenant, kind, code, std::nullopt, call.principal.subject, clock));
                               return true;
                             }));
  return deleted ? Ok() : Status(missing);
}

}  // namespace vefa::contact
