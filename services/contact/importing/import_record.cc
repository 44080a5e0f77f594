// How import.h reads one record.
#include <algorithm>

#include "libs/base/text.h"
#include "services/contact/importing/import.h"
#include "services/contact/importing/import_values.h"

namespace vefa::contact {
namespace {

constexpr size_t kProblemTextMax = 400;  // bytes
// What stands where a record says nothing while it is held to the rules of whole contacts.
constexpr char kUnsaid[] = "-";

std::string_view TrimmedCell(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

class RecordReader {
 public:
  RecordReader(const ImportPlan& plan, const AttributeDefinitions& definitions, Time now, ImportedRecord& record)
      : plan_(plan), definitions_(definitions), now_(now), record_(record) {}

  void Take(const v1::ImportRecord& proto) {
    if (proto.values_size() != static_cast<int>(plan_.columns.size()))
      return Refuse("", "FIELD_COUNT", "Give one value for each column of the import.");
    for (int i = 0; i < proto.values_size(); ++i) {
      const ImportTarget& target = plan_.columns[static_cast<size_t>(i)];
      const std::string_view value = TrimmedCell(proto.values(i));
      if (target.field == ImportField::kNone || value.empty()) continue;
      if (!IsUtf8(value)) {
        Refuse(plan_.names[static_cast<size_t>(i)], "NOT_UTF8", "Give text in UTF-8 without NUL.");
        continue;
      }
      Take(target, value, plan_.names[static_cast<size_t>(i)]);
    }
    HoldToRules();
    AddConsents();
  }

 private:
  void Refuse(const std::string& field, const std::string& reason, const std::string& message) {
    record_.problems.push_back(MakeProblem(record_.line, field, reason, message));
  }

  void Take(const ImportTarget& target, std::string_view value, const std::string& name) {
    Contact& said = record_.said;
    switch (target.field) {
      case ImportField::kExternalId: said.external_id = value; break;
      case ImportField::kDisplayName: said.display_name = std::string(value); break;
      case ImportField::kGivenName: said.given_name = std::string(value); break;
      case ImportField::kFamilyName: said.family_name = std::string(value); break;
      case ImportField::kEmail: said.email = std::string(value); break;
      case ImportField::kPhone: said.phone = std::string(value); break;
      case ImportField::kLanguage: said.language = LanguageOf(value); break;
      case ImportField::kCountry: said.country = CountryOf(value); break;
      case ImportField::kTimeZone: said.time_zone = value; break;
      case ImportField::kSource: said.source = value; break;
      case ImportField::kTags: said.tags = ListOf(value); break;
      case ImportField::kOwner: TakeOwner(value, name); break;
      case ImportField::kAttribute: TakeAttribute(target, value, name); break;
      case ImportField::kConsent: TakeConsent(target, value, name); break;
      case ImportField::kConsentTime: TakeTime(value, name); break;
      case ImportField::kNone: break;
    }
  }
  void TakeOwner(std::string_view value, const std::string& name) {
    auto owner = ParseResourceName("users", value);
    if (!owner.ok()) return Refuse(name, "RESOURCE_NAME", "Give a user by name: users/{uuid}.");
    record_.said.owner = *owner;
  }
  void TakeAttribute(const ImportTarget& target, std::string_view value, const std::string& name) {
    auto definition = definitions_.find(target.key);
    if (definition == definitions_.end()) return Refuse(name, "ATTRIBUTE_UNKNOWN", "Define the attribute first, or check its key.");
    auto read = AttributeOf(definition->second, value);
    if (!read && definition->second.type == AttributeType::kDate)
      return Refuse(name, "DATE_INVALID", "Give a date that exists, 1997-09-30 or 30.09.1997.");
    if (!read) return Refuse(name, "ATTRIBUTE_TYPE", "Give a value of the type that the definition names.");
    record_.said.attributes[target.key] = *std::move(read);
  }
  void TakeConsent(const ImportTarget& target, std::string_view value, const std::string& name) {
    Consent consent;
    consent.purpose = target.key;
    consent.channel = target.channel;
    consent.state = ConsentStateOf(value);
    if (consent.state == ConsentState::kNeverAsked)
      return Refuse(name, "STATE_UNKNOWN", "Give granted, withdrawn, refused, expired or pending, or yes or no.");
    record_.consents.push_back(std::move(consent));
  }
  void TakeTime(std::string_view value, const std::string& name) {
    time_ = TimeOf(value);
    if (!time_) Refuse(name, "TIME_SYNTAX", "Give a date that exists, 1997-09-30, or 1997-09-30T12:00:00Z.");
  }

  // As any contact, but for what may be unsaid.
  void HoldToRules() {
    Contact& said = record_.said;
    if (said.display_name.empty() && (!said.given_name.empty() || !said.family_name.empty()))
      said.display_name = said.given_name.Reveal() + " " + said.family_name.Reveal();
    Contact whole = said;
    if (said.external_id.empty()) whole.external_id = kUnsaid;
    if (said.display_name.empty()) whole.display_name = std::string(kUnsaid);
    if (said.country.empty()) whole.country = plan_.default_country;
    std::vector<Violation> violations;
    Normalise(whole, "", violations);
    NormaliseValues(definitions_, {}, whole.attributes, "", violations);
    for (const Violation& violation : violations) Refuse(violation.field, violation.reason, violation.description);
    if (said.external_id.empty()) whole.external_id.clear();
    if (said.display_name.empty()) whole.display_name = std::string();
    if (said.country.empty()) whole.country.clear();
    if (said.language.empty()) whole.language.clear();
    said = std::move(whole);
    if (record_.problems.empty() && MatchKeyOf(said, plan_.match).empty())
      Refuse(plan_.match == v1::Import::MATCH_EMAIL   ? "email"
             : plan_.match == v1::Import::MATCH_PHONE ? "phone"
                                                      : "external_id",
             "REQUIRED", "Give what the person is found by.");
  }

  void AddConsents() {
    for (Consent& consent : record_.consents) {
      consent.source = plan_.source;
      consent.actor = plan_.actor;
      consent.occur_time = time_.value_or(plan_.consent_time);
      std::vector<Violation> violations;
      Normalise(consent, "consents.", now_, violations);
      for (const Violation& violation : violations) Refuse(violation.field, violation.reason, violation.description);
    }
  }

  const ImportPlan& plan_;
  const AttributeDefinitions& definitions_;
  const Time now_;
  ImportedRecord& record_;
  std::optional<Time> time_;
};

}  // namespace

ImportedRecord ReadImportRecord(const v1::ImportRecord& proto, const ImportPlan& plan, const AttributeDefinitions& definitions, Time now) {
  ImportedRecord record;
  record.line = proto.line();
  if (!proto.has_problem()) {
    RecordReader(plan, definitions, now, record).Take(proto);
    return record;
  }
  // What the sender's reader says is kept as far as it has the form of what we say.
  const v1::ImportProblem& said = proto.problem();
  record.problems.push_back(MakeProblem(proto.line(), said.field().size() <= kProblemTextMax ? said.field() : "",
                                        IsReason(said.reason()) ? said.reason() : "RECORD_UNREADABLE",
                                        said.message().size() <= kProblemTextMax ? said.message() : "The record cannot be read."));
  return record;
}

}  // namespace vefa::contact
