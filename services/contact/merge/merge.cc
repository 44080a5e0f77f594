#include "services/contact/merge/merge.h"

#include <algorithm>
#include <tuple>

namespace vefa::contact {
namespace {

// Calls `visit(name, member)` for every field that one record has one of, but for the external id, which stays whose it is.
template <typename Visit>
void EachField(Visit visit) {
  visit("display_name", &Contact::display_name);
  visit("email", &Contact::email);
  visit("language", &Contact::language);
  visit("source", &Contact::source);
  visit("given_name", &Contact::given_name);
  visit("family_name", &Contact::family_name);
  visit("phone", &Contact::phone);
  visit("country", &Contact::country);
  visit("time_zone", &Contact::time_zone);
  visit("owner", &Contact::owner);
  visit("lifecycle_stage", &Contact::lifecycle_stage);
}

template <typename Text>
bool IsEmpty(const Text& text) { return text.empty(); }
bool IsEmpty(const Uuid& id) { return id.is_nil(); }
bool IsEmpty(LifecycleStage stage) { return stage == LifecycleStage::kNone; }

bool IsField(std::string_view name) {
  bool found = false;
  EachField([&](std::string_view field, auto) { found = found || field == name; });
  return found;
}

std::string TagName(const std::string& tag) { return "tags." + tag; }
std::string AttributeName(const std::string& key) { return "attributes." + key; }
std::string PointOf(const ContactPoint& point) { return "points." + point.id.ToString(); }

bool HasTag(const Contact& contact, const std::string& tag) {
  return std::find(contact.tags.begin(), contact.tags.end(), tag) != contact.tags.end();
}
void AddTag(Contact& contact, const std::string& tag) {
  auto at = std::lower_bound(contact.tags.begin(), contact.tags.end(), tag);
  if (at == contact.tags.end() || *at != tag) contact.tags.insert(at, tag);
}

auto FindPoint(auto& points, const Uuid& id) {
  return std::find_if(points.begin(), points.end(), [&](const ContactPoint& point) { return point.id == id; });
}
bool HasAddress(const ContactPoints& points, const ContactPoint& like) {
  return std::any_of(points.begin(), points.end(),
                     [&](const ContactPoint& point) { return point.kind == like.kind && point.value == like.value; });
}
bool HasPrimary(const ContactPoints& points, PointKind kind) {
  return std::any_of(points.begin(), points.end(),
                     [&](const ContactPoint& point) { return point.kind == kind && point.primary; });
}

// As they are read, so that equal records are equal.
void SortPoints(ContactPoints& points) {
  auto key = [](const ContactPoint& p) { return std::make_tuple(p.kind, !p.primary, p.create_time, p.id); };
  std::sort(points.begin(), points.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

// Makes the point of this value the primary one of its kind; what was primary stays where there is none.
void PreferValue(ContactPoints& points, PointKind kind, const Personal<std::string>& value) {
  for (size_t i = 0; i < points.size(); ++i)
    if (points[i].kind == kind && points[i].value == value) return MakePrimary(points, i);
}

// The address that is used is taken whichever it is at the time.
bool IsTaken(const Taken& taken, const ContactPoint& point) {
  if (point.primary && point.kind == PointKind::kEmail && taken.contains("email")) return true;
  if (point.primary && point.kind == PointKind::kPhone && taken.contains("phone")) return true;
  return taken.contains(PointOf(point));
}

void TakePoints(const Absorbed& from, Contact& view) {
  for (const ContactPoint& point : from.record.points) {
    if (!IsTaken(from.merge.taken, point) || HasAddress(view.points, point)) continue;
    ContactPoint shown = point;
    shown.primary = point.primary && !HasPrimary(view.points, point.kind);
    view.points.push_back(std::move(shown));
  }
}

// What was said to be taken or left, without what is no field.
Taken KnownFields(const std::vector<std::string>& names, const char* field, bool kinds, std::vector<Violation>& violations) {
  Taken known;
  for (size_t i = 0; i < names.size(); ++i) {
    bool is_kind = names[i] == "tags" || names[i] == "points" || names[i] == "attributes";
    if (IsField(names[i]) || names[i].starts_with("attributes.") || (kinds && is_kind)) {
      known.insert(names[i]);
    } else {
      violations.push_back({std::string(field) + "[" + std::to_string(i) + "]", "FIELD_UNKNOWN",
                            "Give a field of the contact, for example phone or attributes.size."});
    }
  }
  return known;
}

// Whether the primary point of a kind went away: another follows it by itself, which nobody chose.
bool LostPrimary(const ContactPoints& before, const ContactPoints& after, PointKind kind) {
  return std::any_of(before.begin(), before.end(), [&](const ContactPoint& point) {
    return point.kind == kind && point.primary && FindPoint(after, point.id) == after.end();
  });
}

// The address in use is not the merged one's any more.
void DropUse(Taken& taken, PointKind kind) {
  if (kind == PointKind::kEmail) taken.erase("email");
  if (kind == PointKind::kPhone) taken.erase("phone");
}

void FollowPoints(const Contact& before, const Contact& after, Contact& own, std::span<Absorbed> absorbed) {
  // By its address: another's, which was hidden behind it, is not to come forth instead.
  auto drop = [&](const ContactPoint& point) {
    for (Absorbed& each : absorbed) {
      for (const ContactPoint& theirs : each.record.points) {
        if (theirs.kind != point.kind || theirs.value != point.value) continue;
        each.merge.taken.erase(PointOf(theirs));
        if (theirs.primary) DropUse(each.merge.taken, point.kind);
      }
    }
  };
  for (const ContactPoint& point : before.points) {
    if (FindPoint(after.points, point.id) != after.points.end()) continue;
    auto mine = FindPoint(own.points, point.id);
    if (mine != own.points.end()) RemovePoint(own.points, static_cast<size_t>(mine - own.points.begin()));
    drop(point);
  }
  for (const ContactPoint& point : after.points) {
    auto was = FindPoint(before.points, point.id);
    bool first = point.primary && (was == before.points.end() || !was->primary);
    bool chosen = first && !LostPrimary(before.points, after.points, point.kind);
    bool changed = was == before.points.end() || chosen || was->label != point.label || was->state != point.state ||
                   was->verify_time != point.verify_time || was->recipient_type != point.recipient_type;
    if (!changed) continue;
    auto mine = FindPoint(own.points, point.id);
    if (mine == own.points.end()) {
      chosen = chosen || point.primary;
      drop(point);
      mine = own.points.insert(own.points.end(), point);
      mine->primary = false;
    }
    mine->label = point.label;
    mine->state = point.state;
    mine->verify_time = point.verify_time;
    mine->recipient_type = point.recipient_type;
    size_t place = static_cast<size_t>(mine - own.points.begin());
    if (chosen)
      for (Absorbed& each : absorbed) DropUse(each.merge.taken, point.kind);
    if (chosen || !HasPrimary(own.points, point.kind)) MakePrimary(own.points, place);
  }
  own.email = PrimaryValue(own.points, PointKind::kEmail);
  own.phone = PrimaryValue(own.points, PointKind::kPhone);
}

}  // namespace

Taken TakenOf(const Contact& survivor, const Contact& merged, const MergeChoice& choice, std::vector<Violation>& violations) {
  const Taken take = KnownFields(choice.take, "take", false, violations);
  const Taken leave = KnownFields(choice.leave, "leave", true, violations);
  Taken taken;
  EachField([&](const char* name, auto member) {
    if (IsEmpty(merged.*member) || leave.contains(name)) return;
    if (take.contains(name) || IsEmpty(survivor.*member)) taken.insert(name);
  });
  if (!leave.contains("tags"))
    for (const std::string& tag : merged.tags)
      if (!HasTag(survivor, tag)) taken.insert(TagName(tag));
  for (const auto& [key, value] : merged.attributes) {
    const std::string name = AttributeName(key);
    if (leave.contains("attributes") || leave.contains(name)) continue;
    if (take.contains(name) || !survivor.attributes.contains(key)) taken.insert(name);
  }
  for (const ContactPoint& point : merged.points) {
    bool is_email = point.kind == PointKind::kEmail, is_phone = point.kind == PointKind::kPhone;
    // An address that is used is a point that is there.
    bool needed = (is_email && point.primary && taken.contains("email")) || (is_phone && point.primary && taken.contains("phone"));
    bool left = leave.contains("points") || (is_email && leave.contains("email")) || (is_phone && leave.contains("phone"));
    if ((needed || !left) && !HasAddress(survivor.points, point)) taken.insert(PointOf(point));
  }
  return taken;
}

Contact ViewOf(const Contact& own, std::span<const Absorbed> absorbed) {
  Contact view = own;
  for (const Absorbed& each : absorbed) {
    EachField([&](const char* name, auto member) {
      if (each.merge.taken.contains(name) && !IsEmpty(each.record.*member)) view.*member = each.record.*member;
    });
    for (const std::string& tag : each.record.tags)
      if (each.merge.taken.contains(TagName(tag))) AddTag(view, tag);
    for (const auto& [key, value] : each.record.attributes)
      if (each.merge.taken.contains(AttributeName(key))) view.attributes[key] = value;
    TakePoints(each, view);
  }
  PreferValue(view.points, PointKind::kEmail, view.email);
  PreferValue(view.points, PointKind::kPhone, view.phone);
  SettlePrimaries(view.points);
  view.email = PrimaryValue(view.points, PointKind::kEmail);
  view.phone = PrimaryValue(view.points, PointKind::kPhone);
  SortPoints(view.points);
  return view;
}

const Absorbed* AddressOf(const Contact& view, const Contact& own, std::span<const Absorbed> absorbed, PointKind kind) {
  for (const ContactPoint& point : view.points) {
    if (point.kind != kind || !point.primary) continue;
    if (HasAddress(own.points, point)) return nullptr;
    for (const Absorbed& each : absorbed)
      if (HasAddress(each.record.points, point)) return &each;
  }
  return nullptr;
}

void FollowChange(const Contact& before, const Contact& after, Contact& own, std::span<Absorbed> absorbed) {
  auto drop = [&](const std::string& name) {
    for (Absorbed& each : absorbed) each.merge.taken.erase(name);
  };
  EachField([&](const char* name, auto member) {
    if (before.*member == after.*member) return;
    own.*member = after.*member;
    drop(name);
  });
  own.external_id = after.external_id;
  for (const std::string& tag : before.tags) {
    if (HasTag(after, tag)) continue;
    std::erase(own.tags, tag);
    drop(TagName(tag));
  }
  for (const std::string& tag : after.tags)
    if (!HasTag(before, tag)) AddTag(own, tag);
  for (const auto& [key, value] : before.attributes) {
    if (after.attributes.contains(key)) continue;
    own.attributes.erase(key);
    drop(AttributeName(key));
  }
  for (const auto& [key, value] : after.attributes) {
    auto was = before.attributes.find(key);
    if (was != before.attributes.end() && was->second == value) continue;
    own.attributes[key] = value;
    drop(AttributeName(key));
  }
  FollowPoints(before, after, own, absorbed);
}

}  // namespace vefa::contact
