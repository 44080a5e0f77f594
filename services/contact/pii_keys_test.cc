// Keys of persons: stored with what changed, bound to their places, given to whoever may.
#include "services/contact/pii_keys.h"

#include <thread>

#include "services/contact/contact_fixture.h"
#include "services/contact/open_box.h"

namespace vefa::contact {
namespace {

class PiiKeysTest : public ContactServiceTest {
 protected:
  // The boxes' contents by the keys that the service gives out.
  std::vector<v1::ContactPersonal> Read(const std::vector<event::v1::PiiBox>& boxes) {
    auto keys = Keys(boxes);
    EXPECT_TRUE(keys.ok());
    std::vector<v1::ContactPersonal> people;
    for (const event::v1::PiiBox& box : boxes)
      for (const v1::PiiKey& key : keys->keys()) {
        if (key.key_id() != box.key_id()) continue;
        v1::ContactPersonal person;
        EXPECT_TRUE(pii::Open(pii::Key(*Uuid::Parse(key.key_id()), key.key()), tenant_, box, person).ok());
        people.push_back(person);
      }
    return people;
  }
};

TEST_F(PiiKeysTest, EachWriteHasAKeyOfItsOwnAndOneThatChangesNothingHasNone) {
  v1::CreateContactRequest person = Person("1");
  ASSERT_TRUE(Call(&Stub::CreateContact, person).ok());
  EXPECT_EQ(Import(person)->unchanged(), 1);
  EXPECT_EQ(Call(&Stub::CreateContact, person).error().reason, "EXTERNAL_ID_TAKEN");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM pii_key"), 1);
  person.mutable_contact()->set_display_name("Ayşe Işık");
  EXPECT_EQ(Import(person)->contacts_updated(), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM pii_key k JOIN contact c ON c.id = k.contact_id"), 2);

  std::vector<event::v1::PiiBox> boxes = Boxes();
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_NE(boxes[0].key_id(), boxes[1].key_id());
  std::vector<v1::ContactPersonal> people = Read(boxes);
  ASSERT_EQ(people.size(), 2u);
  EXPECT_EQ(people[0].display_name(), "Ayşe");
  EXPECT_EQ(people[1].display_name(), "Ayşe Işık");
  EXPECT_EQ(people[1].external_id(), "1");
  EXPECT_EQ(people[1].email(), "ayse@deniz.example");
}

TEST_F(PiiKeysTest, EventsNameNobodyInClear) {
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("kanarya-1")).ok());
  v1::CreateContactRequest changed = Person("kanarya-1");
  changed.mutable_contact()->clear_email();
  ASSERT_TRUE(Import(changed).ok());
  for (const char* word : {"kanarya", "Ayşe", "deniz.example"})
    EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE position(convert_to('" + std::string(word) +
                              "', 'UTF8') IN payload) > 0"),
              0)
        << word;
  // What readers without a key need stays readable.
  std::vector<v1::ContactState> states = States();
  ASSERT_EQ(states.size(), 2u);
  for (const v1::ContactState& state : states) EXPECT_EQ(state.language() + state.external_id(), "tr");
  EXPECT_TRUE(states[0].has_email());
  EXPECT_FALSE(states[1].has_email());
}

TEST_F(PiiKeysTest, AreForWhoeverMayAndTheirTenant) {
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("1")).ok());
  std::vector<event::v1::PiiBox> boxes = Boxes();
  EXPECT_EQ(Keys(boxes, {"contacts.read"}).error().code, Code::kPermissionDenied);
  event::v1::PiiBox unknown;
  unknown.set_key_id(NewUuidV7(clock_).ToString());
  boxes.push_back(unknown);
  EXPECT_EQ(Keys(boxes)->keys_size(), 1);
  EXPECT_EQ(Keys({})->keys_size(), 0);
  unknown.set_key_id("x");
  EXPECT_EQ(Keys({unknown}).error().violations.at(0).reason, "UUID_SYNTAX");
  EXPECT_EQ(Keys(std::vector<event::v1::PiiBox>(1001, boxes[0])).error().reason, "BATCH_TOO_LARGE");
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Keys({boxes[0]})->keys_size(), 0);
}

TEST_F(PiiKeysTest, ATenantsKeyIsMadeOnceByWhoeverIsFirst) {
  constexpr int kProcesses = 4;
  std::vector<std::unique_ptr<PiiKeys>> processes;
  for (int i = 0; i < kProcesses; ++i)
    processes.push_back(std::make_unique<PiiKeys>(database_.service(), clock_, std::string(32, 'f')));
  {
    std::vector<std::jthread> threads;
    for (auto& process : processes)
      threads.emplace_back([&] { EXPECT_TRUE(process->ForTenant(tenant_, Soon()).ok()); });
  }
  EXPECT_EQ(database_.Count("SELECT count(*) FROM tenant_key"), 1);
  // What one wrapped, every other unwraps.
  Contact person;
  person.display_name = "Ayşe";
  SealedPerson sealed = (*processes[0]->ForTenant(tenant_, Soon()))->Seal(person, {}, clock_);
  for (auto& process : processes)
    EXPECT_TRUE((*process->ForTenant(tenant_, Soon()))->Unwrap(sealed.key_id, sealed.wrapped_key).ok());
}

TEST_F(PiiKeysTest, AnotherKeyFileIsRefusedAndHarmsNothing) {
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("1")).ok());
  PiiKeys other(database_.service(), clock_, std::string(32, 'x'));
  auto refused = other.ForTenant(tenant_, Soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kDataLoss);
  EXPECT_EQ(refused.error().reason, "KEY_UNWRAP");
  EXPECT_EQ(Read(Boxes()).size(), 1u);
}

TEST_F(PiiKeysTest, OpensBoxesForStatesUntilTheirKeysAreDestroyed) {
  std::string name = Call(&Stub::CreateContact, Person("1"))->name();
  event::v1::PiiBox box = Boxes().at(0);
  rpc::OpenBox open = OpenBoxesBy(keys_);
  auto opened = open(tenant_, box, Soon());
  ASSERT_TRUE(opened.ok() && opened->has_value());
  v1::ContactPersonal person;
  ASSERT_TRUE((*opened)->UnpackTo(&person));
  EXPECT_EQ(person.display_name(), "Ayşe");
  event::v1::PiiBox forged = box;
  (*forged.mutable_ciphertext())[0] ^= 1;
  EXPECT_EQ(open(tenant_, forged, Soon()).error().reason, "PII_BOX_BROKEN");
  ASSERT_TRUE(Erase(name).ok());
  auto gone = open(tenant_, box, Soon());
  ASSERT_TRUE(gone.ok());
  EXPECT_FALSE(gone->has_value());
}

TEST_F(PiiKeysTest, AStoredKeyIsOfItsRowOnly) {
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("1")).ok());
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("2")).ok());
  database_.Run("UPDATE pii_key SET wrapped_key = (SELECT wrapped_key FROM pii_key ORDER BY key_id LIMIT 1)");
  auto keys = Keys(Boxes());
  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().code, Code::kDataLoss);
}

}  // namespace
}  // namespace vefa::contact
