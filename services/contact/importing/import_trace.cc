#include "services/contact/importing/import_trace.h"

#include <algorithm>

#include "services/contact/attribute/attribute_proto.h"
#include "services/contact/contact_proto.h"

namespace vefa::contact {
namespace {

// Calls `visit(name, member)` for each field that an import may change, attributes apart.
template <typename Visit>
void ForEachField(Visit visit) {
  visit("display_name", &Contact::display_name);
  visit("given_name", &Contact::given_name);
  visit("family_name", &Contact::family_name);
  visit("email", &Contact::email);
  visit("phone", &Contact::phone);
  visit("language", &Contact::language);
  visit("country", &Contact::country);
  visit("time_zone", &Contact::time_zone);
  visit("source", &Contact::source);
  visit("tags", &Contact::tags);
  visit("owner", &Contact::owner);
}

const AttributeValue* FindValue(const Attributes& values, const std::string& key) {
  auto at = values.find(key);
  return at == values.end() ? nullptr : &at->second;
}
bool IsSameValue(const AttributeValue* a, const AttributeValue* b) { return a == nullptr || b == nullptr ? a == b : *a == *b; }
void SetValue(Attributes& values, const std::string& key, const AttributeValue* value) {
  if (value == nullptr) values.erase(key);
  else values[key] = *value;
}

bool HasPoint(const Contact& contact, PointKind kind, const Personal<std::string>& value) {
  return std::any_of(contact.points.begin(), contact.points.end(),
                     [&](const ContactPoint& point) { return point.kind == kind && point.value == value; });
}
bool IsAdded(const v1::ImportTrace& trace, const ContactPoint& point) {
  const auto& added = trace.added_points();
  return std::find(added.begin(), added.end(), point.id.ToString()) != added.end();
}

Contact ReadSide(const v1::Contact& proto) {
  std::vector<Violation> none;
  return FromProto(proto, "", none);
}

// Only what the trace names: nothing else of the person is kept.
v1::Contact Side(const Contact& contact, const v1::ImportTrace& trace) {
  Contact part;
  for (const std::string& name : trace.fields()) {
    ForEachField([&](std::string_view known, auto Contact::* member) {
      if (name == known) part.*member = contact.*member;
    });
    if (name.starts_with("attributes.")) SetValue(part.attributes, name.substr(11), FindValue(contact.attributes, name.substr(11)));
  }
  v1::Contact proto = ToProto(part);
  for (int field : {v1::Contact::kNameFieldNumber, v1::Contact::kEtagFieldNumber, v1::Contact::kCreateTimeFieldNumber,
                    v1::Contact::kUpdateTimeFieldNumber})
    proto.GetReflection()->ClearField(&proto, proto.GetDescriptor()->FindFieldByNumber(field));
  return proto;
}

// Addresses of the import go, unless somebody verified or named them, and the one of before is the primary again.
void PutBackPoint(PointKind kind, const Personal<std::string>& before, const v1::ImportTrace& trace, Contact& contact) {
  for (size_t i = contact.points.size(); i-- > 0;) {
    const ContactPoint& point = contact.points[i];
    if (point.kind == kind && point.state == PointState::kUnverified && point.label.empty() && IsAdded(trace, point))
      RemovePoint(contact.points, i);
  }
  // Who removed the one of before since has another primary one by now.
  if (HasPoint(contact, kind, before)) SetPrimaryValue(contact.points, kind, before, Uuid{}, Time{});
}

}  // namespace

v1::ImportTrace MakeTrace(const Contact& before, const Contact& after) {
  v1::ImportTrace trace;
  ForEachField([&](const char* name, auto Contact::* member) {
    if (!(before.*member == after.*member)) trace.add_fields(name);
  });
  Attributes keys = before.attributes;
  keys.insert(after.attributes.begin(), after.attributes.end());
  for (const auto& [key, value] : keys)
    if (!IsSameValue(FindValue(before.attributes, key), FindValue(after.attributes, key))) trace.add_fields("attributes." + key);
  if (trace.fields().empty()) return trace;
  *trace.mutable_before() = Side(before, trace);
  *trace.mutable_after() = Side(after, trace);
  for (const ContactPoint& point : after.points)
    if (!HasPoint(before, point.kind, point.value)) trace.add_added_points(point.id.ToString());
  return trace;
}

v1::ImportTrace JoinTraces(v1::ImportTrace first, const v1::ImportTrace& later) {
  Contact before = ReadSide(first.before());
  Contact after = ReadSide(first.after());
  const Contact later_before = ReadSide(later.before());
  const Contact later_after = ReadSide(later.after());
  for (const std::string& name : later.fields()) {
    const bool known = std::find(first.fields().begin(), first.fields().end(), name) != first.fields().end();
    if (!known) first.add_fields(name);
    ForEachField([&](std::string_view field, auto Contact::* member) {
      if (name != field) return;
      if (!known) before.*member = later_before.*member;
      after.*member = later_after.*member;
    });
    if (!name.starts_with("attributes.")) continue;
    const std::string key = name.substr(11);
    if (!known) SetValue(before.attributes, key, FindValue(later_before.attributes, key));
    SetValue(after.attributes, key, FindValue(later_after.attributes, key));
  }
  *first.mutable_before() = Side(before, first);
  *first.mutable_after() = Side(after, first);
  first.mutable_added_points()->MergeFrom(later.added_points());
  first.set_consents(first.consents() + later.consents());
  return first;
}

std::vector<std::string> PutBack(const v1::ImportTrace& trace, Contact& contact) {
  std::vector<std::string> left;
  const Contact before = ReadSide(trace.before());
  const Contact after = ReadSide(trace.after());
  for (const std::string& name : trace.fields()) {
    if (name.starts_with("attributes.")) {
      const std::string key = name.substr(11);
      if (!IsSameValue(FindValue(contact.attributes, key), FindValue(after.attributes, key))) left.push_back(name);
      else SetValue(contact.attributes, key, FindValue(before.attributes, key));
      continue;
    }
    ForEachField([&](std::string_view known, auto Contact::* member) {
      if (name != known) return;
      if (!(contact.*member == after.*member)) return left.push_back(name);
      if (name == "email") return PutBackPoint(PointKind::kEmail, before.email, trace, contact);
      if (name == "phone") return PutBackPoint(PointKind::kPhone, before.phone, trace, contact);
      contact.*member = before.*member;
    });
  }
  contact.email = PrimaryValue(contact.points, PointKind::kEmail);
  contact.phone = PrimaryValue(contact.points, PointKind::kPhone);
  return left;
}

}  // namespace vefa::contact
