#pragma once

#include <google/protobuf/message.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "vefa/contact/v1/person_export_service.pb.h"

// How values of a person's document are said to people.
namespace vefa::contact {

// Says values in one language, by the titles that the document brings. Not escaped. Made for one page.
class PersonValues {
 public:
  // `language` is `tr` or `en`.
  PersonValues(const v1::PersonDocument& document, std::string_view language);

  // A value of a field, the one at `i` where there are several; -1: the only one. `attribute` is the key of the tenant's own field that it
  // belongs to, or empty. nullopt for a name that says nothing to people.
  std::optional<std::string> Say(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, int i,
                                 std::string_view attribute) const;

 private:
  std::optional<std::string> SayText(const google::protobuf::FieldDescriptor& field, const std::string& value, std::string_view attribute) const;
  // A text that may be the name of a resource, as far as that says something.
  std::optional<std::string> SayName(std::string_view field, const std::string& name) const;
  // What a merge took over: `tags.vip`.
  std::string SayTaken(const std::string& taken) const;
  std::string Word(const char* tr, const char* en) const { return language_ == "tr" ? tr : en; }

  const std::string language_;
  std::map<std::string, std::string> titles_;
  std::set<std::string> own_;  // Names of the person's records.
};

// A moment, a day or a sum of money are values, whatever they are made of.
bool IsValue(const google::protobuf::FieldDescriptor& field);

}  // namespace vefa::contact
