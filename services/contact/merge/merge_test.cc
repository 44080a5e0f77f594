#include "services/contact/merge/merge.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <optional>

#include "services/contact/contact_store.h"

namespace vefa::contact {
namespace {

// As many sequences as the figure asks for; RC_PARAMS of the environment goes first, to run a failed one again.
[[maybe_unused]] const int kSequences = setenv("RC_PARAMS", "max_success=10000", 0);

Uuid MergeId(int n) {
  Uuid id;
  id.bytes[14] = static_cast<uint8_t>(n >> 8);
  id.bytes[15] = static_cast<uint8_t>(n);
  return id;
}

// Ids of points, in the order they are made.
struct PointIds {
  int next = 1000;
  Uuid Make() { return MergeId(++next); }
};

void AddAddress(Contact& contact, PointKind kind, const std::string& value, PointIds& ids) {
  ContactPoint point;
  point.kind = kind;
  point.value = value;
  point.create_time = Time(std::chrono::seconds(ids.next));
  AddPoint(contact.points, std::move(point), ids.Make());
  contact.email = PrimaryValue(contact.points, PointKind::kEmail);
  contact.phone = PrimaryValue(contact.points, PointKind::kPhone);
}

Contact MergePerson(int id, const std::string& name) {
  Contact contact;
  contact.id = MergeId(id);
  contact.external_id = std::to_string(id);
  contact.display_name = name;
  contact.language = "tr";
  return contact;
}

Absorbed Absorb(const Contact& survivor, const Contact& merged, const MergeChoice& choice = {}) {
  std::vector<Violation> violations;
  Absorbed absorbed{{}, merged};
  absorbed.merge.id = MergeId(500);
  absorbed.merge.survivor = survivor.id;
  absorbed.merge.merged = merged.id;
  absorbed.merge.taken = TakenOf(survivor, merged, choice, violations);
  EXPECT_TRUE(violations.empty());
  return absorbed;
}

TEST(MergeTest, WhatTheSurvivorLacksIsTaken) {
  PointIds ids;
  Contact survivor = MergePerson(1, "Ayşe"), merged = MergePerson(2, "Ayşe Işık");
  survivor.tags = {"vip"};
  merged.tags = {"izmir", "vip"};
  survivor.attributes = {{"size", "M"}};
  merged.attributes = {{"colour", "red"}, {"size", "L"}};
  merged.given_name = "Ayşe";
  AddAddress(merged, PointKind::kEmail, "ayse@deniz.example", ids);
  Absorbed absorbed = Absorb(survivor, merged);
  Contact view = ViewOf(survivor, {&absorbed, 1});
  EXPECT_EQ(view.display_name.Reveal(), "Ayşe");
  EXPECT_EQ(view.given_name.Reveal(), "Ayşe");
  EXPECT_EQ(view.email.Reveal(), "ayse@deniz.example");
  EXPECT_EQ(view.tags, (std::vector<std::string>{"izmir", "vip"}));
  EXPECT_EQ(std::get<std::string>(view.attributes["size"]), "M");
  EXPECT_EQ(std::get<std::string>(view.attributes["colour"]), "red");
  ASSERT_EQ(view.points.size(), 1u);
  EXPECT_TRUE(view.points[0].primary);
}

TEST(MergeTest, WhatIsChosenGoesBeforeTheSurvivorsOwn) {
  PointIds ids;
  Contact survivor = MergePerson(1, "A."), merged = MergePerson(2, "Ayşe Işık");
  AddAddress(survivor, PointKind::kEmail, "a@old.example", ids);
  AddAddress(merged, PointKind::kEmail, "ayse@new.example", ids);
  merged.tags = {"izmir"};
  Absorbed absorbed = Absorb(survivor, merged, {{"display_name", "email"}, {"tags"}});
  Contact view = ViewOf(survivor, {&absorbed, 1});
  EXPECT_EQ(view.display_name.Reveal(), "Ayşe Işık");
  EXPECT_EQ(view.email.Reveal(), "ayse@new.example");
  EXPECT_EQ(view.points.size(), 2u);
  EXPECT_TRUE(view.tags.empty());
}

TEST(MergeTest, WhatIsLeftStays) {
  PointIds ids;
  Contact survivor = MergePerson(1, "A."), merged = MergePerson(2, "B.");
  AddAddress(merged, PointKind::kPhone, "+905321234567", ids);
  AddAddress(merged, PointKind::kEmail, "b@b.example", ids);
  Absorbed absorbed = Absorb(survivor, merged, {{}, {"phone", "points"}});
  Contact view = ViewOf(survivor, {&absorbed, 1});
  EXPECT_TRUE(view.phone.empty());
  // An address that is used is there, whatever was said of points.
  ASSERT_EQ(view.points.size(), 1u);
  EXPECT_EQ(view.email.Reveal(), "b@b.example");
}

TEST(MergeTest, WhatIsNoFieldIsSaid) {
  std::vector<Violation> violations;
  TakenOf(MergePerson(1, "A"), MergePerson(2, "B"), {{"external_id"}, {"tags", "hair"}}, violations);
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "take[0]");
  EXPECT_EQ(violations[1].field, "leave[1]");
}

TEST(MergeTest, AnAddressThatChangesAtTheMergedOneIsFollowed) {
  PointIds ids;
  Contact survivor = MergePerson(1, "A."), merged = MergePerson(2, "B.");
  AddAddress(merged, PointKind::kEmail, "old@b.example", ids);
  Absorbed absorbed = Absorb(survivor, merged);
  AddAddress(absorbed.record, PointKind::kEmail, "new@b.example", ids);
  MakePrimary(absorbed.record.points, 1);
  absorbed.record.email = "new@b.example";
  EXPECT_EQ(ViewOf(survivor, {&absorbed, 1}).email.Reveal(), "new@b.example");
}

// Sequences of edits, as two records would be edited that nobody ever merged.
std::string AnyName() { return *rc::gen::element<std::string>("", "Ayşe", "Ali", "Işık", "Çağ"); }
std::string AnyAddress() { return *rc::gen::element<std::string>("a@x.example", "b@x.example", "c@x.example", "d@x.example"); }
std::string AnyKey() { return *rc::gen::element<std::string>("k1", "k2", "k3"); }

// One change by hand of what `contact` shows.
Contact Edited(Contact contact, PointIds& ids) {
  switch (*rc::gen::inRange(0, 11)) {
    case 0: contact.given_name = AnyName(); break;
    case 1: contact.family_name = AnyName(); break;
    case 2: contact.country = *rc::gen::element<std::string>("", "TR", "DE"); break;
    case 3: {
      std::string tag = AnyKey();
      if (std::erase(contact.tags, tag) == 0) {
        contact.tags.push_back(tag);
        std::sort(contact.tags.begin(), contact.tags.end());
      }
      break;
    }
    case 4: contact.attributes[AnyKey()] = AnyName(); break;
    case 5: contact.attributes.erase(AnyKey()); break;
    case 6: AddAddress(contact, PointKind::kEmail, AnyAddress(), ids); break;
    case 7:
      if (!contact.points.empty())
        RemovePoint(contact.points, *rc::gen::inRange<size_t>(0, contact.points.size()));
      break;
    case 8:
      if (!contact.points.empty())
        contact.points[*rc::gen::inRange<size_t>(0, contact.points.size())].label = AnyName();
      break;
    case 9:
      if (!contact.points.empty())
        contact.points[*rc::gen::inRange<size_t>(0, contact.points.size())].recipient_type =
            *rc::gen::element(RecipientType::kBireysel, RecipientType::kTacir);
      break;
    default:
      if (!contact.points.empty()) MakePrimary(contact.points, *rc::gen::inRange<size_t>(0, contact.points.size()));
      break;
  }
  contact.email = PrimaryValue(contact.points, PointKind::kEmail);
  contact.phone = PrimaryValue(contact.points, PointKind::kPhone);
  return contact;
}

void SortById(Contact& contact) {
  std::sort(contact.points.begin(), contact.points.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
}

// Whether the same field, tag, attribute or point differs in the one pair and in the other.
void ExpectFollowed(const Contact& before, const Contact& after, const Contact& own, const Contact& own_before) {
  auto scalar = [&](auto member) {
    if (before.*member != after.*member) {
      RC_ASSERT((own.*member == after.*member));
    } else {
      RC_ASSERT((own.*member == own_before.*member));
    }
  };
  scalar(&Contact::given_name);
  scalar(&Contact::family_name);
  scalar(&Contact::country);
  for (const std::string key : {"k1", "k2", "k3"}) {
    auto value = [&](const Contact& contact) {
      auto at = contact.attributes.find(key);
      return at == contact.attributes.end() ? std::string("-") : std::get<std::string>(at->second);
    };
    RC_ASSERT(value(own) == (value(before) == value(after) ? value(own_before) : value(after)));
    auto has = [&](const Contact& contact) { return std::count(contact.tags.begin(), contact.tags.end(), key) > 0; };
    RC_ASSERT(has(own) == (has(before) == has(after) ? has(own_before) : has(after)));
  }
}

// The same of points: what came, went or changed did so at the survivor's own, and nothing else did.
void ExpectPointsFollowed(const Contact& before, const Contact& after, const Contact& own, const Contact& own_before) {
  auto find = [](const Contact& contact, const Uuid& id) -> std::optional<ContactPoint> {
    for (const ContactPoint& point : contact.points)
      if (point.id == id) return point;
    return std::nullopt;
  };
  for (const Contact* known : {&before, &after, &own_before, &own}) {
    for (const ContactPoint& point : known->points) {
      auto was = find(before, point.id), is = find(after, point.id), mine = find(own, point.id);
      if (was && !is) RC_ASSERT(!mine.has_value());
      const bool told = was && is && (was->label != is->label || was->recipient_type != is->recipient_type);
      if (is && (!was || told || (is->primary && !was->primary && mine)))
        RC_ASSERT((mine && mine->label == is->label && mine->recipient_type == is->recipient_type));
      if (was == is && !is) RC_ASSERT(find(own_before, point.id).has_value() == mine.has_value());
      if (was && is && !told && was->primary == is->primary)
        RC_ASSERT(find(own_before, point.id).has_value() == mine.has_value());
    }
  }
}

// What a merge is judged by: whatever was edited before, between and after two merges, setting the merged ones free
// leaves what there would be without them, and what is shown meanwhile is what was edited.
RC_GTEST_PROP(MergeProperty, UnmergingIsNeverHavingMerged, ()) {
  PointIds ids;
  Contact own = MergePerson(1, "A"), second = MergePerson(2, "B"), third = MergePerson(3, "C");
  for (Contact* each : {&own, &second, &third})
    for (int i = *rc::gen::inRange(0, 6); i > 0; --i) *each = Edited(*each, ids);
  const Contact second_alone = second, third_alone = third;

  std::vector<Absorbed> absorbed;
  Contact view = own;
  auto edit = [&](int most) {
    for (int i = *rc::gen::inRange(0, most); i > 0; --i) {
      Contact after = Edited(view, ids), was = own;
      bool unchosen = AddressOf(view, own, absorbed, PointKind::kEmail) != nullptr &&
                      std::none_of(absorbed.begin(), absorbed.end(), [](const auto& each) { return each.merge.taken.contains("email"); });
      FollowChange(view, after, own, absorbed);
      ExpectFollowed(view, after, own, was);
      ExpectPointsFollowed(view, after, own, was);
      Contact shown = ViewOf(own, absorbed);
      bool other_points = after.points.size() != view.points.size() || unchosen;
      view = shown;
      // Which of several addresses is in use, when one comes or goes or nobody chose it, is decided among the survivor's own first.
      for (Contact* each : {&shown, &after}) {
        SortById(*each);
        if (!other_points) continue;
        for (ContactPoint& point : each->points) point.primary = false;
        each->email = "";
      }
      RC_ASSERT(IsSame(shown, after));
    }
  };
  auto merge = [&](const Contact& merged, int id) {
    MergeChoice choice;
    if (*rc::gen::arbitrary<bool>()) choice.take.push_back("email");
    if (*rc::gen::arbitrary<bool>()) choice.take.push_back("given_name");
    if (*rc::gen::arbitrary<bool>()) choice.leave.push_back("tags");
    Contact before = own;
    absorbed.push_back(Absorb(view, merged, choice));
    absorbed.back().merge.id = MergeId(id);
    view = ViewOf(own, absorbed);
    RC_ASSERT(IsSame(own, before));
  };
  edit(4);
  merge(second, 500);
  edit(5);
  merge(third, 501);
  edit(5);
  // In either order.
  const Contact alone = own;
  size_t first = *rc::gen::inRange<size_t>(0, 2);
  absorbed.erase(absorbed.begin() + static_cast<std::ptrdiff_t>(first));
  RC_ASSERT(IsSame(absorbed[0].record, first == 0 ? third_alone : second_alone));
  view = ViewOf(own, absorbed);
  RC_ASSERT(IsSame(own, alone));
  absorbed.clear();
  Contact last = ViewOf(own, absorbed);
  SortById(last);
  Contact expected = own;
  SortById(expected);
  RC_ASSERT(IsSame(last, expected));
}

}  // namespace
}  // namespace vefa::contact
