#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

class PointServiceTest : public ContactServiceTest {
 protected:
  using Points = v1::ContactPointService::Stub;

  Result<v1::ContactPoint> Add(const std::string& contact, v1::ContactPoint::Kind kind, const std::string& value,
                               bool primary = false) {
    v1::AddContactPointRequest request;
    request.set_contact(contact);
    request.mutable_point()->set_kind(kind);
    request.mutable_point()->set_value(value);
    request.mutable_point()->set_primary(primary);
    return Call(&Points::AddContactPoint, request);
  }
  Result<v1::ContactPoint> Update(const v1::ContactPoint& point, std::initializer_list<const char*> paths) {
    v1::UpdateContactPointRequest request;
    *request.mutable_point() = point;
    for (const char* path : paths) request.mutable_update_mask()->add_paths(path);
    return Call(&Points::UpdateContactPoint, request);
  }
  Result<v1::RemoveContactPointResponse> Remove(const std::string& name) {
    v1::RemoveContactPointRequest request;
    request.set_name(name);
    return Call(&Points::RemoveContactPoint, request);
  }
  Result<v1::ListContactPointsResponse> List(const std::string& contact) {
    v1::ListContactPointsRequest request;
    request.set_contact(contact);
    return Call(&Points::ListContactPoints, request);
  }
  std::vector<std::string> Types() {
    static const postgres::Statement kTypes{"test_types", "SELECT event_type FROM event_log ORDER BY id"};
    auto rows = database_.service().Run(postgres::Scope::Tenant(tenant_), kTypes, {}, Soon());
    std::vector<std::string> types;
    for (int i = 0; i < rows->size(); ++i) types.push_back(rows->String(i, 0));
    return types;
  }
};

TEST_F(PointServiceTest, APersonHasWaysToBeReachedEachWithItsState) {
  std::string contact = Call(&Stub::CreateContact, Person("1"))->name();
  ASSERT_EQ(List(contact)->points_size(), 1);
  auto phone = Add(contact, v1::ContactPoint::KIND_PHONE, "+90 532 123 45 67");
  ASSERT_TRUE(phone.ok()) << phone.error().message;
  EXPECT_TRUE(phone->primary());
  EXPECT_EQ(Get(contact)->phone(), "+905321234567");
  auto work = Add(contact, v1::ContactPoint::KIND_EMAIL, "work@deniz.example", true);
  EXPECT_EQ(Get(contact)->email(), "work@deniz.example");
  // The same again is the same, and no event.
  EXPECT_EQ(Add(contact, v1::ContactPoint::KIND_EMAIL, "WORK@deniz.example")->name(), work->name());

  work->set_label("iş");
  work->set_state(v1::ContactPoint::STATE_VALID);
  auto valid = Update(*work, {"label", "state"});
  ASSERT_TRUE(valid.ok()) << valid.error().message;
  EXPECT_TRUE(valid->has_verify_time());
  EXPECT_EQ(valid->label(), "iş");
  work->set_state(v1::ContactPoint::STATE_UNVERIFIED);
  EXPECT_EQ(Update(*work, {"state"}).error().reason, "POINT_STATE_TRANSITION");
  work->set_recipient_type(v1::RECIPIENT_TYPE_TACIR);
  EXPECT_EQ(Update(*work, {"recipient_type"})->recipient_type(), v1::RECIPIENT_TYPE_TACIR);
  EXPECT_EQ(Add(contact, v1::ContactPoint::KIND_EMAIL, "work@deniz.example")->recipient_type(), v1::RECIPIENT_TYPE_TACIR);
  auto wrong = *work;
  wrong.set_recipient_type(static_cast<v1::RecipientType>(7));
  EXPECT_EQ(Update(wrong, {"recipient_type"}).error().violations.front().field, "point.recipient_type");
  work->set_primary(false);
  EXPECT_EQ(Update(*work, {"primary"}).error().violations.front().reason, "PRIMARY_REQUIRED");
  EXPECT_EQ(Update(*work, {"value"}).error().violations.front().reason, "FIELD_UNKNOWN");

  auto removed = Remove(work->name());
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(Get(contact)->email(), "ayse@deniz.example");
  EXPECT_EQ(Remove(work->name())->version(), removed->version());
  EXPECT_EQ(Update(*work, {"label"}).error().reason, "POINT_NOT_FOUND");
  EXPECT_EQ(Types(), (std::vector<std::string>{"contact.created", "contact_point.added", "contact_point.added",
                                               "contact_point.changed", "contact_point.changed",
                                               "contact_point.removed"}));
}

TEST_F(PointServiceTest, WhoCanBeReachedByAnAddressIsFoundHoweverItIsTyped) {
  std::string one = Call(&Stub::CreateContact, Person("1"))->name();
  std::string two = Call(&Stub::CreateContact, Person("2"))->name();
  ASSERT_TRUE(Add(two, v1::ContactPoint::KIND_PHONE, "+905321234567").ok());
  v1::FindContactPointsRequest request;
  request.set_kind(v1::ContactPoint::KIND_EMAIL);
  request.set_value(" AYSE@deniz.example");
  auto both = Call(&Points::FindContactPoints, request);
  ASSERT_EQ(both->points_size(), 2);
  EXPECT_TRUE(both->points(0).name().starts_with(one + "/points/"));
  request.set_kind(v1::ContactPoint::KIND_PHONE);
  request.set_value("0532 123 45 67");
  EXPECT_EQ(Call(&Points::FindContactPoints, request).error().violations.front().reason, "PHONE_SYNTAX");
  request.set_country("TR");
  EXPECT_EQ(Call(&Points::FindContactPoints, request)->points_size(), 1);
  request.set_country("Turkey");
  EXPECT_EQ(Call(&Points::FindContactPoints, request).error().violations.size(), 2u);
  tenant_ = database_.other_tenant();
  request.set_country("TR");
  EXPECT_EQ(Call(&Points::FindContactPoints, request)->points_size(), 0);
}

TEST_F(PointServiceTest, ThereIsAnEndToThem) {
  std::string contact = Call(&Stub::CreateContact, Person("1"))->name();
  for (size_t i = 1; i < kPointsMax; ++i)
    ASSERT_TRUE(Add(contact, v1::ContactPoint::KIND_SOCIAL, "x:" + std::to_string(i)).ok());
  EXPECT_EQ(Add(contact, v1::ContactPoint::KIND_SOCIAL, "x:last").error().violations.front().reason, "POINTS_TOO_MANY");
  EXPECT_EQ(Add(contact, v1::ContactPoint::KIND_UNSPECIFIED, "x").error().violations.front().field, "point.kind");
}

TEST_F(PointServiceTest, ErasureTakesThemAll) {
  std::string contact = Call(&Stub::CreateContact, Person("1"))->name();
  std::string point = Add(contact, v1::ContactPoint::KIND_PHONE, "+905321234567")->name();
  ASSERT_TRUE(Erase(contact).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_point"), 0);
  EXPECT_EQ(List(contact)->points_size(), 0);
  EXPECT_EQ(Add(contact, v1::ContactPoint::KIND_PHONE, "+905321234567").error().reason, "CONTACT_ERASED");
  EXPECT_EQ(Remove(point).error().reason, "CONTACT_ERASED");
  EXPECT_EQ(List("contacts/0197f0aa-0000-7000-8000-000000000001").error().reason, "CONTACT_NOT_FOUND");
}

}  // namespace
}  // namespace vefa::contact
