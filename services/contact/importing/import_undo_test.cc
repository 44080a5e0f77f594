#include "services/contact/importing/import_undo.h"

#include "services/contact/importing/import_fixture.h"

namespace vefa::contact {
namespace {

using Strings = std::vector<std::string>;

class ImportUndoTest : public ImportServiceTest {
 protected:
  Result<v1::Contact> Rename(const std::string& contact, const std::string& name) {
    v1::UpdateContactRequest request;
    request.mutable_contact()->set_name(contact);
    request.mutable_contact()->set_display_name(name);
    return Call(&Contacts::UpdateContact, request);
  }
};

TEST_F(ImportUndoTest, WhomItMadeIsErasedAndMayComeAgain) {
  const std::string import = Begin(Plan({"external_id", "display_name", "email", "consents.win-back.email"}));
  Rows rows;
  for (int i = 0; i < 120; ++i) rows.push_back({"c" + std::to_string(i), "Ada", "a" + std::to_string(i) + "@deniz.example", "yes"});
  ASSERT_EQ(Sent(import, 1, rows), "120 0 0 0 0 120");
  const v1::Contact changed = Person("c7");
  ASSERT_TRUE(Rename(changed.name(), "Bea").ok());
  auto undone = Undo(import);
  ASSERT_TRUE(undone.ok()) << undone.error().message;
  while (undone->state() != v1::Import::STATE_UNDONE) undone = Undo(import);
  EXPECT_EQ(undone->undone_count(), 119);
  EXPECT_EQ(undone->left_count(), 1);
  EXPECT_EQ(Problems(import, true), Strings{"1008  CHANGED_SINCE"});
  EXPECT_EQ(Person("c7").display_name(), "Bea");
  EXPECT_EQ(Person("c8").name(), "");
  EXPECT_EQ(CountRows("SELECT count(*) FROM suppression"), 0) << "nobody asked never to be written to";
  EXPECT_EQ(CountRows("SELECT count(*) FROM contact_import_change"), 0);
  EXPECT_EQ(Undo(import)->undone_count(), 119);
  const std::string again = Begin(Plan({"external_id", "display_name"}));
  EXPECT_EQ(Sent(again, 1, {{"c8", "Ada"}}), "1 0 0 0 0 0");
}

TEST_F(ImportUndoTest, WhatItChangedIsPutBack) {
  const v1::Contact before = Make("c1", "ada@deniz.example");
  const v1::Contact touched = Make("c2", "");
  const std::string import = Begin(Plan({"external_id", "display_name", "email", "country", "consents.win-back.email"}));
  ASSERT_EQ(Sent(import, 1, {{"c1", "Bea", "", "TR", ""}, {"c2", "Cem", "c2@deniz.example", "", "yes"}}), "0 2 0 0 0 1");
  ASSERT_EQ(Sent(import, 2, {{"c1", "", "bea@deniz.example", "", ""}}), "0 1 0 0 0 0");
  ASSERT_TRUE(Rename(touched.name(), "Dilek").ok());
  auto undone = Undo(import);
  ASSERT_TRUE(undone.ok()) << undone.error().message;
  EXPECT_EQ(undone->state(), v1::Import::STATE_UNDONE);
  EXPECT_EQ(Problems(import, true), (Strings{"1002 display_name CHANGED_SINCE", "1002 consents CONSENT_STAYS"}));
  const v1::Contact after = Person("c1");
  EXPECT_EQ(after.display_name(), before.display_name());
  EXPECT_EQ(after.email(), before.email());
  EXPECT_EQ(after.country(), "");
  EXPECT_EQ(Person("c2").display_name(), "Dilek");
  EXPECT_EQ(Person("c2").email(), "");
  v1::ListContactPointsRequest points;
  points.set_contact(before.name());
  EXPECT_EQ(Call(&v1::ContactPointService::Stub::ListContactPoints, points)->points_size(), 1);
}

TEST_F(ImportUndoTest, AnEndedUndoTakesNoMoreChunks) {
  const std::string import = Begin(Plan({"external_id", "display_name"}));
  ASSERT_EQ(Sent(import, 1, {{"c1", "Ada"}}), "1 0 0 0 0 0");
  ASSERT_TRUE(Undo(import).ok());
  EXPECT_EQ(Sent(import, 2, {{"c2", "Ada"}}), "IMPORT_ENDED");
  EXPECT_EQ(Person("c1").name(), "");
}

TEST_F(ImportUndoTest, AnErasureForgetsWhatWasThereBefore) {
  const v1::Contact ada = Make("c1", "ada@deniz.example");
  const std::string import = Begin(Plan({"external_id", "display_name"}));
  ASSERT_EQ(Sent(import, 1, {{"c1", "Bea"}}), "0 1 0 0 0 0");
  EXPECT_EQ(CountRows("SELECT count(*) FROM contact_import_change"), 1);
  ASSERT_TRUE(Erase(ada.name()).ok());
  EXPECT_EQ(CountRows("SELECT count(*) FROM contact_import_change"), 0);
  EXPECT_EQ(Undo(import)->left_count(), 0);
}

}  // namespace
}  // namespace vefa::contact
