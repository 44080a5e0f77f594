#include "services/contact/note/note_service.h"

#include "services/contact/party/party_fixture.h"

namespace vefa::contact {
namespace {

// Beside the services of parties.
class NoteServiceTest : public PartyTest {
 protected:
  using Stubs = v1::NoteService::Stub;

  NoteServiceTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_of_notes_);
    note_server_ = builder.BuildAndStart();
    note_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    notes_ = v1::NoteService::NewStub(note_peer_->channel());
  }
  ~NoteServiceTest() override { note_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Tell(grpc::Status (Stubs::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*note_peer_, *notes_, method, request, tenant_, {"*"}, Soon());
  }
  Result<v1::Note> Add(const std::string& about, const std::string& text, bool pinned = false, const std::string& request_id = "") {
    v1::AddNoteRequest request;
    request.mutable_note()->set_about(about);
    request.mutable_note()->set_text(text);
    request.mutable_note()->set_pinned(pinned);
    request.set_request_id(request_id);
    return Tell(&Stubs::AddNote, request);
  }
  std::vector<std::string> Texts(const std::string& about, bool pinned_only = false) {
    v1::ListNotesRequest request;
    request.set_about(about);
    request.set_pinned_only(pinned_only);
    request.set_page_size(2);
    std::vector<std::string> texts;
    for (;;) {
      auto page = Tell(&Stubs::ListNotes, request);
      EXPECT_TRUE(page.ok());
      if (!page.ok()) return texts;
      for (const v1::Note& note : page->notes()) texts.push_back(note.text());
      if (page->next_page_token().empty()) return texts;
      request.set_page_token(page->next_page_token());
    }
  }

  rpc::Door note_door_{"vefa.contact.v1.NoteService", pool_, key_, tenants_, metrics_, clock_};
  NoteService service_of_notes_{note_door_, database_.service(), nullptr, clock_, key_.secret()};
  std::unique_ptr<grpc::Server> note_server_;
  std::unique_ptr<rpc::Peer> note_peer_;
  std::unique_ptr<Stubs> notes_;
};

TEST_F(NoteServiceTest, WhatIsWrittenIsReadChangedAndRemovedWithOneEventEach) {
  const std::string ada = NewContact(), kahve = NewOrganization("Boğaz Kahve");
  const std::string edge = Open(Between(kahve, ada))->name();
  auto first = Add(ada, "  Arada bir\nsoğuk kahve sever.  ");
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->text(), "Arada bir\nsoğuk kahve sever.");
  ASSERT_TRUE(Add(ada, "İkinci", true).ok());
  ASSERT_TRUE(Add(ada, "Üçüncü").ok());
  ASSERT_TRUE(Add(kahve, "Of the firm").ok());
  ASSERT_TRUE(Add(edge, "Of the two").ok());
  EXPECT_EQ(Texts(ada), (std::vector<std::string>{"Üçüncü", "İkinci", "Arada bir\nsoğuk kahve sever."}));
  EXPECT_EQ(Texts(ada, true), (std::vector<std::string>{"İkinci"}));
  EXPECT_EQ(Texts(kahve), (std::vector<std::string>{"Of the firm"}));
  EXPECT_EQ(Texts(edge), (std::vector<std::string>{"Of the two"}));
  v1::UpdateNoteRequest change;
  change.mutable_note()->set_name(first->name());
  change.mutable_note()->set_etag(first->etag());
  change.mutable_note()->set_text("Çay sever.");
  auto changed = Tell(&Stubs::UpdateNote, change);
  ASSERT_TRUE(changed.ok()) << changed.error().message;
  EXPECT_EQ(changed->version(), 2);
  EXPECT_EQ(changed->about(), ada);
  EXPECT_EQ(Tell(&Stubs::UpdateNote, change).error().reason, "ETAG_MISMATCH");
  v1::RemoveNoteRequest remove;
  remove.set_name(first->name());
  for (int twice = 0; twice < 2; ++twice) ASSERT_TRUE(Tell(&Stubs::RemoveNote, remove).ok());
  change.mutable_note()->clear_etag();
  EXPECT_EQ(Tell(&Stubs::UpdateNote, change).error().reason, "NOTE_NOT_FOUND");
  EXPECT_EQ(Types(first->name()), (std::vector<std::string>{"note.added", "note.changed", "note.removed"}));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE position('sever'::bytea IN payload) > 0"), 0) << "no event says what";
}

TEST_F(NoteServiceTest, RepeatsMakeOneAndWhatIsWrongIsSaid) {
  const std::string ada = NewContact();
  EXPECT_EQ(Add(ada, "Once", false, kNobody)->name(), Add(ada, "Once", false, kNobody)->name());
  EXPECT_EQ(Texts(ada).size(), 1u);
  EXPECT_EQ(Broken(Add("people/1", " ").error()), (std::vector<std::string>{"note.about NAME_SYNTAX", "note.text REQUIRED"}));
  EXPECT_EQ(Broken(Add(ada, std::string(10'001, 'x')).error()), (std::vector<std::string>{"note.text TOO_LONG"}));
  EXPECT_EQ(Add(std::string("contacts/") + kNobody, "x").error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(Add(std::string("relationships/") + kNobody, "x").error().reason, "RELATIONSHIP_NOT_FOUND");
}

TEST_F(NoteServiceTest, WithThePersonGoesWhatWasWritten) {
  const std::string ada = NewContact();
  auto note = Add(ada, "Sırrı", false, kNobody);
  ASSERT_TRUE(note.ok());
  ASSERT_TRUE(Erase(ada).ok());
  EXPECT_EQ(Texts(ada), (std::vector<std::string>{""}));
  EXPECT_EQ(Add(ada, "x").error().reason, "CONTACT_ERASED");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM idempotency WHERE position(convert_to('Sırrı', 'UTF8') IN response) > 0"), 0);
}

}  // namespace
}  // namespace vefa::contact
