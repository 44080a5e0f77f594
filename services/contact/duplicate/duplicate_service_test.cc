#include <thread>

#include "services/contact/contact_fixture.h"
#include "services/contact/duplicate/duplicate_handler.h"
#include "services/contact/duplicate/duplicate_service.h"
#include "services/contact/duplicate/duplicate_store.h"

namespace vefa::contact {
namespace {

class DuplicateServiceTest : public ContactServiceTest {
 protected:
  v1::Contact Add(const std::string& external_id, const std::string& name, const std::string& email) {
    v1::CreateContactRequest request = Person(external_id);
    request.mutable_contact()->set_display_name(name);
    request.mutable_contact()->set_email(email);
    return *Call(&Stub::CreateContact, request);
  }
  // What the handler does with events about these.
  void Search(std::initializer_list<v1::Contact> contacts) {
    std::vector<events::Event> events;
    for (const v1::Contact& contact : contacts) {
      events::Event event;
      event.tenant = tenant_;
      event.type = "contact.updated";
      event.subject = contact.name();
      events.push_back(event);
    }
    DuplicateHandler handler(clock_);
    auto applied = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant_}), Soon(),
                                           [&](postgres::Transaction& tx) { return handler.Apply(tx, events); });
    ASSERT_TRUE(applied.ok()) << applied.error().message;
  }
  Result<std::vector<Duplicate>> List(DuplicatePage page = {}) {
    return ListDuplicates(database_.service(), tenant_, page, Soon());
  }
};

TEST_F(DuplicateServiceTest, APairIsSuggestedOnceAndSaysWhy) {
  v1::Contact one = Add("1", "Ayşe Işık", "ayse@deniz.example"), other = Add("2", "ayse isik", "AYSE@deniz.example");
  v1::Contact namesake = Add("3", "Ayşe Işık", "isik@dag.example");
  Search({one, other, namesake});
  Search({other});
  auto found = List();
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(ResourceName("contacts", found->front().first), one.name());
  EXPECT_EQ(found->front().reasons, (std::vector{LikenessKind::kEmailSame, LikenessKind::kNameSame}));
  EXPECT_EQ(List({.contact = found->front().second})->size(), 1u);
  EXPECT_EQ(List({.contact = *ParseResourceName("contacts", namesake.name())})->size(), 0u);
}

TEST_F(DuplicateServiceTest, APairThatChangesIsLookedAtAgain) {
  v1::Contact one = Add("1", "Ayşe Işık", "ayse@deniz.example"), other = Add("2", "Ayşe Işık", "ayse@deniz.example");
  Search({one, other});
  ASSERT_EQ(List()->size(), 1u);
  v1::UpdateContactRequest update;
  update.mutable_contact()->set_name(other.name());
  update.mutable_contact()->set_display_name("Can Işık");
  ASSERT_TRUE(Call(&Stub::UpdateContact, update).ok());
  Search({other});
  EXPECT_EQ(List()->size(), 0u);
}

TEST_F(DuplicateServiceTest, WhatWasDismissedIsNotSuggestedAgain) {
  v1::Contact one = Add("1", "Ayşe Işık", "ayse@deniz.example"), other = Add("2", "Ayşe Işık", "ayse@deniz.example");
  Search({one, other});
  Uuid id = List()->front().id;
  auto dismissed = DismissDuplicate(database_.service(), tenant_, id, clock_, Soon());
  ASSERT_TRUE(dismissed->has_value());
  EXPECT_EQ((*DismissDuplicate(database_.service(), tenant_, id, clock_, Soon()))->dismiss_time, (*dismissed)->dismiss_time);
  Search({one, other});
  EXPECT_EQ(List()->size(), 0u);
  EXPECT_EQ(List({.state = DuplicateState::kDismissed})->size(), 1u);
  EXPECT_FALSE(DismissDuplicate(database_.service(), database_.other_tenant(), id, clock_, Soon())->has_value());
}

TEST_F(DuplicateServiceTest, ErasureTakesPairsAndKeys) {
  v1::Contact one = Add("1", "Ayşe Işık", "ayse@deniz.example"), other = Add("2", "Ayşe Işık", "ayse@deniz.example");
  Search({one, other});
  ASSERT_TRUE(Erase(one.name()).ok());
  EXPECT_EQ(List()->size(), 0u);
  Search({one});
  ASSERT_TRUE(Erase(other.name()).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM duplicate_key"), 0);
}

// Two batches at the same time, each with one of a pair: one of them sees the other's.
TEST_F(DuplicateServiceTest, BatchesSideBySideMissNobody) {
  std::vector<v1::Contact> firsts, seconds;
  for (int i = 0; i < 20; ++i) {
    std::string n = std::to_string(i);
    firsts.push_back(Add("a" + n, "Ayşe Işık", "ayse" + n + "@deniz.example"));
    seconds.push_back(Add("b" + n, "Ayşe Işık", "ayse" + n + "@deniz.example"));
  }
  std::jthread one([&] { for (const auto& each : firsts) Search({each}); });
  std::jthread other([&] { for (const auto& each : seconds) Search({each}); });
  one.join();
  other.join();
  EXPECT_EQ(List()->size(), 20u);
}

TEST_F(DuplicateServiceTest, AListIsReadInPagesByTheGreatestScore) {
  std::vector<v1::Contact> people;
  for (int i = 0; i < 6; ++i) people.push_back(Add(std::to_string(i), i < 3 ? "Ayşe Işık" : "A. Işık", "ayse@deniz.example"));
  for (const v1::Contact& each : people) Search({each});
  auto all = List();
  ASSERT_EQ(all->size(), 15u);
  EXPECT_TRUE(std::is_sorted(all->begin(), all->end(), [](const auto& a, const auto& b) { return a.score > b.score; }));
  DuplicatePage page{.size = 4};
  size_t seen = 0;
  for (auto part = List(page); !part->empty(); part = List(page)) {
    for (const Duplicate& each : *part) EXPECT_EQ(each.id, (*all)[seen++].id);
    page.after = DuplicatePlace{part->back().score, part->back().id};
  }
  EXPECT_EQ(seen, 15u);
}

}  // namespace
}  // namespace vefa::contact
