#include "services/contact/importing/import.h"

#include <algorithm>
#include <map>
#include <set>

#include "libs/base/text.h"
#include "libs/text/name.h"
#include "services/contact/importing/import_values.h"

namespace vefa::contact {
namespace {

constexpr size_t kColumnNameMax = 200;  // bytes

constexpr std::pair<ImportField, std::string_view> kFieldNames[] = {
    {ImportField::kExternalId, "external_id"}, {ImportField::kDisplayName, "display_name"}, {ImportField::kGivenName, "given_name"},
    {ImportField::kFamilyName, "family_name"}, {ImportField::kEmail, "email"},              {ImportField::kPhone, "phone"},
    {ImportField::kLanguage, "language"},      {ImportField::kCountry, "country"},          {ImportField::kTimeZone, "time_zone"},
    {ImportField::kSource, "source"},          {ImportField::kOwner, "owner"},              {ImportField::kTags, "tags"},
    {ImportField::kConsentTime, "consent_time"}};

constexpr std::pair<Channel, std::string_view> kChannelNames[] = {
    {Channel::kEmail, "email"}, {Channel::kSms, "sms"}, {Channel::kPush, "push"}};

ImportField NeededBy(ImportMatch match) {
  if (match == v1::Import::MATCH_EMAIL) return ImportField::kEmail;
  return match == v1::Import::MATCH_PHONE ? ImportField::kPhone : ImportField::kExternalId;
}

}  // namespace

std::string_view ImportFieldName(ImportField field) {
  for (const auto& [known, name] : kFieldNames)
    if (known == field) return name;
  return "";
}

std::optional<ImportTarget> ParseImportField(std::string_view name) {
  if (name.empty() || name == "-") return ImportTarget{};
  for (const auto& [field, known] : kFieldNames)
    if (name == known) return ImportTarget{field, "", Channel::kNone};
  if (name.starts_with("attributes.")) {
    const std::string_view key = name.substr(11);
    if (!IsKey(key)) return std::nullopt;
    return ImportTarget{ImportField::kAttribute, std::string(key), Channel::kNone};
  }
  if (!name.starts_with("consents.")) return std::nullopt;
  const size_t dot = name.rfind('.');
  if (dot <= 9) return std::nullopt;
  const std::string_view purpose = name.substr(9, dot - 9);
  for (const auto& [channel, known] : kChannelNames)
    if (name.substr(dot + 1) == known && IsSlug(purpose)) return ImportTarget{ImportField::kConsent, std::string(purpose), channel};
  return std::nullopt;
}

ImportPlan ReadImportPlan(const v1::Import& import, const AttributeDefinitions& definitions, std::string_view prefix,
                          std::vector<Violation>& violations) {
  ImportPlan plan;
  auto refuse = [&](const std::string& field, const char* reason, const char* message) {
    violations.push_back({std::string(prefix) + field, reason, message});
  };
  if (import.columns_size() == 0 || import.columns_size() > kImportColumnsMax)
    refuse("columns", "COLUMNS_COUNT", "Give 1 to 1,000 columns.");
  std::set<std::string> seen;
  for (int i = 0; i < std::min(import.columns_size(), kImportColumnsMax); ++i) {
    const v1::ImportColumn& column = import.columns(i);
    const std::string at = "columns[" + std::to_string(i) + "].";
    if (column.column().size() > kColumnNameMax) refuse(at + "column", "TOO_LONG", "Give at most 200 bytes.");
    auto target = ParseImportField(column.field());
    if (!target) refuse(at + "field", "IMPORT_FIELD_UNKNOWN", "Give a field as ImportColumn names them, or - to leave the column out.");
    if (target && target->field != ImportField::kNone && !seen.insert(column.field()).second)
      refuse(at + "field", "IMPORT_FIELD_REPEATED", "Give each field once.");
    if (target && target->field == ImportField::kAttribute) {
      auto known = definitions.find(target->key);
      if (known == definitions.end() || known->second.archive_time)
        refuse(at + "field", "ATTRIBUTE_UNKNOWN", "Define the attribute first, or check its key.");
    }
    plan.columns.push_back(target.value_or(ImportTarget{}));
    plan.names.push_back(column.field());
  }
  plan.match = import.match();
  plan.policy = import.policy();
  if (!v1::Import::Match_IsValid(plan.match) || plan.match == v1::Import::MATCH_UNSPECIFIED)
    refuse("match", "REQUIRED", "Give MATCH_EXTERNAL_ID, MATCH_EMAIL or MATCH_PHONE.");
  else if (!seen.contains(std::string(ImportFieldName(NeededBy(plan.match)))))
    refuse("columns", "MATCH_COLUMN_MISSING", "Say which column holds what people are found by.");
  if (!v1::Import::Policy_IsValid(plan.policy) || plan.policy == v1::Import::POLICY_UNSPECIFIED)
    refuse("policy", "REQUIRED", "Give POLICY_SKIP, POLICY_FILL or POLICY_OVERWRITE.");
  plan.default_country = import.default_country();
  if (!plan.default_country.empty() && !text::IsCountry(plan.default_country))
    refuse("default_country", "COUNTRY_UNKNOWN", "Give the country's two letters of ISO 3166, for example TR.");
  plan.source = import.source().empty() ? "import" : import.source();
  return plan;
}

std::string MatchKeyOf(const Contact& said, ImportMatch match) {
  if (match == v1::Import::MATCH_EMAIL) return said.email.Reveal();
  return match == v1::Import::MATCH_PHONE ? said.phone.Reveal() : said.external_id;
}

v1::ImportProblem MakeProblem(int64_t line, std::string field, std::string reason, std::string message) {
  v1::ImportProblem problem;
  problem.set_line(line);
  problem.set_field(std::move(field));
  problem.set_reason(std::move(reason));
  problem.set_message(std::move(message));
  return problem;
}

void ApplyImport(const Contact& said, ImportMatch match, ImportPolicy policy, Contact& contact) {
  if (policy == v1::Import::POLICY_SKIP) return;
  const bool overwrite = policy == v1::Import::POLICY_OVERWRITE;
  auto bring = [&](auto Contact::* field) {
    if (!(said.*field).empty() && (overwrite || (contact.*field).empty())) contact.*field = said.*field;
  };
  bring(&Contact::display_name);
  bring(&Contact::given_name);
  bring(&Contact::family_name);
  bring(&Contact::language);
  bring(&Contact::country);
  bring(&Contact::time_zone);
  bring(&Contact::source);
  bring(&Contact::tags);
  if (match != v1::Import::MATCH_EMAIL || contact.email.empty()) bring(&Contact::email);
  if (match != v1::Import::MATCH_PHONE || contact.phone.empty()) bring(&Contact::phone);
  if (!said.owner.is_nil() && (overwrite || contact.owner.is_nil())) contact.owner = said.owner;
  for (const auto& [key, value] : said.attributes)
    if (overwrite || !contact.attributes.contains(key)) contact.attributes[key] = value;
}

std::optional<v1::ImportProblem> CompleteNew(const ImportedRecord& record, const ImportPlan& plan, const std::string& fallback_id,
                                             Contact& contact) {
  contact = record.said;
  if (contact.display_name.empty())
    return MakeProblem(record.line, "display_name", "REQUIRED", "Give the name to greet the person with, or given and family name.");
  if (contact.external_id.empty()) contact.external_id = fallback_id;
  if (contact.language.empty()) contact.language = "en";
  if (contact.source.empty()) contact.source = plan.source;
  return std::nullopt;
}

}  // namespace vefa::contact
