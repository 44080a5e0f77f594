#include "services/contact/right/person_titles.h"

#include <google/protobuf/message.h>

#include <map>
#include <set>
#include <vector>

#include "services/contact/attribute/attribute_store.h"
#include "services/contact/preference/preference_store.h"
#include "services/contact/purpose/purpose_store.h"
#include "services/contact/rating/rating_definitions.h"

namespace vefa::contact {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kPurposesTitled = 1000;

const postgres::Statement kOrganizationTitles{
    "person_organizations", "SELECT id, CASE WHEN brand_name = '' THEN legal_name ELSE brand_name END FROM organization"
                            " WHERE tenant_id = $1 AND id = ANY($2)"};

bool IsMapKey(const FieldDescriptor& field) { return field.containing_type()->options().map_entry() && field.number() == 1; }

// Names of whatever may have a title.
void Collect(const Message& message, const std::string& attribute, std::set<std::string>& names) {
  std::vector<const FieldDescriptor*> fields;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  std::string key = attribute;
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Collect(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i) : reflection.GetMessage(message, field), key, names);
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        const std::string value = field->is_repeated() ? reflection.GetRepeatedString(message, field, i) : reflection.GetString(message, field);
        names.insert(TitledAs(*field, value, key));
        // The key of an entry comes before its value.
        if (IsMapKey(*field) && field->containing_type()->name() == "AttributesEntry") key = value;
      }
    }
  }
}

// The titles of what is named, as they are found.
class Titles {
 public:
  Titles(std::set<std::string> names, v1::PersonDocument& document) : names_(std::move(names)), document_(document) {}

  // Of what has none in a language, that in the other.
  void Add(const std::string& name, const std::string& tr, const std::string& en) {
    if (!names_.contains(name) || (tr.empty() && en.empty())) return;
    auto& title = *document_.add_titles();
    title.set_name(name);
    (*title.mutable_titles())["tr"] = tr.empty() ? en : tr;
    (*title.mutable_titles())["en"] = en.empty() ? tr : en;
  }
  bool Names(const std::string& collection) const {
    const auto first = names_.lower_bound(collection);
    return first != names_.end() && first->starts_with(collection);
  }
  std::vector<Uuid> Ids(const std::string& collection) const {
    std::vector<Uuid> ids;
    for (auto name = names_.lower_bound(collection + "/"); name != names_.end() && name->starts_with(collection + "/"); ++name)
      if (auto id = ParseResourceName(collection, *name); id.ok()) ids.push_back(*id);
    return ids;
  }

 private:
  const std::set<std::string> names_;
  v1::PersonDocument& document_;
};

template <typename Definitions>
Status AddDefined(postgres::Database& database, const Uuid& tenant, Deadline deadline, DefinitionKind kind, const char* collection, Titles& titles) {
  if (!titles.Names(std::string(collection) + "/")) return Ok();
  VEFA_TRY(auto definitions, ReadDefinitionsOf(database, tenant, kind, deadline));
  for (const Definition& definition : definitions) {
    auto message = MessageOf<Definitions>(definition, collection);
    titles.Add(message.name(), (*message.mutable_titles())["tr"], (*message.mutable_titles())["en"]);
  }
  return Ok();
}

Status AddAttributes(postgres::Database& database, const Uuid& tenant, Deadline deadline, Titles& titles) {
  if (!titles.Names("attributeDefinitions/")) return Ok();
  VEFA_TRY(auto definitions, ReadDefinitions(database, tenant, deadline));
  for (const auto& [key, definition] : definitions) {
    const std::string name = "attributeDefinitions/" + key;
    titles.Add(name, definition.title, "");
    for (const AttributeOption& option : definition.options) titles.Add(name + "/options/" + option.code, option.title, "");
  }
  return Ok();
}

}  // namespace

std::string TitledAs(const FieldDescriptor& field, const std::string& value, std::string_view attribute) {
  const auto& name = field.name();
  if (IsMapKey(field)) {
    const auto& entry = field.containing_type()->name();
    return entry == "TopicsEntry" ? "preferenceTopics/" + value : entry == "AttributesEntry" ? "attributeDefinitions/" + value : value;
  }
  if (!attribute.empty() && (name == "text" || name == "values")) return "attributeDefinitions/" + std::string(attribute) + "/options/" + value;
  if (name == "purpose" || name == "purposes" || name == "objected_purposes") return "purposes/" + value;
  if (name == "topic" || name == "topics") return "preferenceTopics/" + value;
  return value;
}

Status AddTitles(postgres::Database& database, const Uuid& tenant, Deadline deadline, v1::PersonDocument& document) {
  std::set<std::string> names;
  Collect(document, "", names);
  Titles titles(std::move(names), document);
  if (titles.Names("purposes/")) {
    VEFA_TRY(auto purposes, ReadPurposes(database, tenant, "", kPurposesTitled, deadline));
    for (const Purpose& purpose : purposes) titles.Add("purposes/" + purpose.code, purpose.title, "");
  }
  if (titles.Names("preferenceTopics/")) {
    VEFA_TRY(auto topics, ReadTopics(database, tenant, deadline));
    for (const auto& [code, topic] : topics) titles.Add("preferenceTopics/" + code, topic.title_tr, topic.title_en);
  }
  VEFA_TRY_OK(AddDefined<v1::Persona>(database, tenant, deadline, DefinitionKind::kPersona, "personas", titles));
  VEFA_TRY_OK(AddDefined<v1::ScoreDefinition>(database, tenant, deadline, DefinitionKind::kScore, "scoreDefinitions", titles));
  VEFA_TRY_OK(AddAttributes(database, tenant, deadline, titles));
  const std::vector<Uuid> organizations = titles.Ids("organizations");
  if (organizations.empty()) return Ok();
  VEFA_TRY(auto rows, database.Run(postgres::Scope::Tenant(tenant), kOrganizationTitles, postgres::Bound(tenant, organizations), deadline));
  for (int i = 0; i < rows.size(); ++i) titles.Add(ResourceName("organizations", rows.Id(i, 0)), rows.String(i, 1), "");
  return Ok();
}

}  // namespace vefa::contact
