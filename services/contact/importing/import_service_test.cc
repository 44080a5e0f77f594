#include "services/contact/importing/import_service.h"

#include <thread>

#include "services/contact/importing/import_fixture.h"

namespace vefa::contact {
namespace {

using Strings = std::vector<std::string>;
constexpr char kEvents[] = "SELECT count(*) FROM event_log";

TEST_F(ImportServiceTest, AChunkIsInOnceHoweverOftenItIsSent) {
  const std::string import = Begin(Plan({"external_id", "display_name", "email"}));
  const Rows rows{{"c1", "Ada", "ada@deniz.example"}, {"c2", "Işıl", "nowhere"}, {"c3", "İpek", ""}};
  EXPECT_EQ(Sent(import, 1, rows), "2 0 0 0 1 0");
  const int64_t events = CountRows(kEvents);
  EXPECT_EQ(Sent(import, 1, rows), "2 0 0 0 1 0");
  EXPECT_EQ(CountRows(kEvents), events);
  EXPECT_EQ(Sent(import, 1, {{"c9", "Other", ""}}), "CHUNK_DIFFERS");
  EXPECT_EQ(Sent(import, 3, rows), "CHUNK_OUT_OF_ORDER");
  EXPECT_EQ(Send(import, 2, {}, true)->counts().created(), 0);
  EXPECT_EQ(Sent(import, 3, rows), "IMPORT_ENDED");
  EXPECT_EQ(Sent(import, 1, rows), "2 0 0 0 1 0") << "an answer that was lost can be had later, too";
  const v1::Import done = Look(import);
  EXPECT_EQ(done.state(), v1::Import::STATE_COMPLETED);
  EXPECT_EQ(Counts(done.counts()), "2 0 0 0 1 0");
  EXPECT_EQ(done.position_bytes(), 2000);
  EXPECT_EQ(done.line(), 1003);
  EXPECT_EQ(Problems(import), Strings{"1002 email EMAIL_SYNTAX"});
  EXPECT_EQ(Person("c3").display_name(), "İpek");
  EXPECT_EQ(Person("c1").source(), "import");
}

TEST_F(ImportServiceTest, TwoSendersOfOneChunkBringItInOnce) {
  const std::string import = Begin(Plan({"external_id", "display_name"}));
  Rows rows;
  for (int i = 0; i < 200; ++i) rows.push_back({"twin-" + std::to_string(i), "Twin"});
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i) senders.emplace_back([&] { EXPECT_EQ(Sent(import, 1, rows), "200 0 0 0 0 0"); });
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(CountRows(kEvents), 200);
}

TEST_F(ImportServiceTest, RecordsOfOnePersonFollowTheSameRule) {
  const std::string import = Begin(Plan({"external_id", "display_name", "country"}));
  EXPECT_EQ(Sent(import, 1, {{"c1", "Ada", ""}, {"c1", "", "TR"}, {"c1", "Ada", ""}}), "1 1 1 0 0 0");
  EXPECT_EQ(Sent(import, 2, {{"c1", "Bea", ""}}), "0 1 0 0 0 0");
  EXPECT_EQ(Person("c1").country(), "TR");
  EXPECT_EQ(CountRows(kEvents), 2) << "what a chunk makes of somebody is one event";
  const std::string skipping = Begin(Plan({"external_id", "display_name"}, v1::Import::POLICY_SKIP));
  EXPECT_EQ(Sent(skipping, 1, {{"c1", "Cem"}, {"c2", "Dilek"}, {"c2", "Ece"}}), "1 0 0 2 0 0");
  EXPECT_EQ(Person("c1").display_name() + Person("c2").display_name(), "BeaDilek");
}

TEST_F(ImportServiceTest, PeopleAreFoundByAnyAddressOfTheirs) {
  const v1::Contact ada = Make("c1", "ada@deniz.example");
  v1::AddContactPointRequest point;
  point.set_contact(ada.name());
  point.mutable_point()->set_kind(v1::ContactPoint::KIND_EMAIL);
  point.mutable_point()->set_value("second@deniz.example");
  ASSERT_TRUE(Call(&v1::ContactPointService::Stub::AddContactPoint, point).ok());
  Make("c2", "shared@deniz.example");
  Make("c3", "shared@deniz.example");
  const std::string import = Begin(Plan({"email", "display_name", "external_id"}, v1::Import::POLICY_OVERWRITE, v1::Import::MATCH_EMAIL));
  EXPECT_EQ(Sent(import, 1, {{"SECOND@deniz.example", "Ada L.", "other"}, {"new@deniz.example", "New", ""}, {"shared@deniz.example", "Who", ""},
                             {"third@deniz.example", "Third", "c2"}, {"new@deniz.example", "Newer", ""}}),
            "1 2 0 0 2 0");
  EXPECT_EQ(Person("c1").display_name(), "Ada L.");
  EXPECT_EQ(Person("c1").email(), "ada@deniz.example");
  EXPECT_EQ(Problems(import), (Strings{"1003 email MATCH_AMBIGUOUS", "1004 external_id EXTERNAL_ID_TAKEN"}));
  EXPECT_EQ(Person("import-" + import.substr(8) + "-1002").display_name(), "Newer");
  const std::string phones = Begin(Plan({"phone", "display_name"}, v1::Import::POLICY_FILL, v1::Import::MATCH_PHONE));
  EXPECT_EQ(Sent(phones, 1, {{"+90 532 123 45 67", "Ece"}, {"+905321234567", "Twice"}}), "1 0 1 0 0 0");
}

TEST_F(ImportServiceTest, ConsentsComeWithTheirPeople) {
  const std::string import = Begin(Plan({"external_id", "display_name", "consents.win-back.email", "consents.win-back.sms"}));
  const Rows rows{{"c1", "Ada", "yes", "no"}, {"c2", "Bea", "", "withdrawn"}};
  EXPECT_EQ(Sent(import, 1, rows), "2 0 0 0 0 3");
  EXPECT_EQ(Person("c1").version(), 3);
  EXPECT_EQ(Sent(import, 2, rows), "0 0 2 0 0 0") << "the same word at the same time is said once";
}

TEST_F(ImportServiceTest, ADryRunCountsAndWritesNobody) {
  Make("c1", "ada@deniz.example");
  auto plan = Plan({"external_id", "display_name"});
  plan.mutable_import()->set_dry_run(true);
  const int64_t events = CountRows(kEvents);
  const std::string import = Begin(plan);
  EXPECT_EQ(Sent(import, 1, {{"c1", "Other"}, {"c2", "New"}, {"", "Nobody"}}), "1 1 0 0 1 0");
  EXPECT_EQ(CountRows(kEvents), events);
  EXPECT_EQ(Person("c2").name(), "");
  EXPECT_EQ(Problems(import), Strings{"1003 external_id REQUIRED"});
  EXPECT_EQ(Undo(import).error().reason, "IMPORT_DRY_RUN");
}

TEST_F(ImportServiceTest, APausedImportTakesNothing) {
  const std::string import = Begin(Plan({"external_id", "display_name"}));
  v1::PauseImportRequest pause;
  pause.set_name(import);
  EXPECT_EQ(Ask(&Imports::PauseImport, pause)->state(), v1::Import::STATE_PAUSED);
  EXPECT_EQ(Ask(&Imports::PauseImport, pause)->state(), v1::Import::STATE_PAUSED);
  EXPECT_EQ(Sent(import, 1, {{"c1", "Ada"}}), "IMPORT_PAUSED");
  v1::ResumeImportRequest resume;
  resume.set_name(import);
  EXPECT_EQ(Ask(&Imports::ResumeImport, resume)->state(), v1::Import::STATE_RUNNING);
  EXPECT_EQ(Sent(import, 1, {{"c1", "Ada"}}), "1 0 0 0 0 0");
  ASSERT_TRUE(Send(import, 2, {}, true).ok());
  EXPECT_EQ(Ask(&Imports::PauseImport, pause).error().reason, "IMPORT_ENDED");
}

TEST_F(ImportServiceTest, APreviewGuessesAndTellsWhatWouldBe) {
  Make("c1", "ada@deniz.example");
  v1::PreviewImportRequest request;
  for (const char* column : {"Müşteri No", "Ad Soyad", "E-posta", "Not"}) request.add_columns()->set_column(column);
  for (const auto& [id, email] : {std::pair("c1", "new@deniz.example"), std::pair("c2", "c2@deniz.example"), std::pair("c3", "nowhere")}) {
    v1::ImportRecord& record = *request.add_records();
    record.set_line(request.records_size() + 1);
    for (const char* value : {id, "Ada Lovelace", email, "x"}) record.add_values(value);
  }
  request.set_policy(v1::Import::POLICY_OVERWRITE);
  const int64_t events = CountRows(kEvents);
  auto preview = Ask(&Imports::PreviewImport, request);
  ASSERT_TRUE(preview.ok()) << preview.error().message;
  EXPECT_EQ(preview->match(), v1::Import::MATCH_EXTERNAL_ID);
  EXPECT_EQ(preview->columns(1).field() + preview->columns(2).field() + preview->columns(3).field(), "display_nameemail");
  ASSERT_EQ(preview->outcomes_size(), 3);
  EXPECT_EQ(preview->outcomes(0).kind(), v1::ImportOutcome::KIND_UPDATED);
  EXPECT_EQ(preview->outcomes(0).contact().email(), "new@deniz.example");
  EXPECT_EQ(preview->outcomes(1).kind(), v1::ImportOutcome::KIND_CREATED);
  EXPECT_EQ(preview->outcomes(1).contact().name(), "");
  EXPECT_EQ(preview->outcomes(2).kind(), v1::ImportOutcome::KIND_REJECTED);
  EXPECT_EQ(preview->outcomes(2).problems(0).reason(), "EMAIL_SYNTAX");
  EXPECT_EQ(CountRows(kEvents), events);
}

TEST_F(ImportServiceTest, AStreamIsTheSameChunkByChunk) {
  const std::string import = Begin(Plan({"external_id", "display_name"}));
  grpc::ClientContext context;
  import_peer_->Prepare(context, tenant_, {"*"}, Soon());
  auto stream = imports_->StreamImportChunks(&context);
  for (int64_t number : {1, 2, 2, 1}) {
    v1::SendImportChunkResponse answer;
    v1::StreamImportChunksRequest request;
    *request.mutable_chunk() = Chunk(import, number, {{"s" + std::to_string(number), "Ada"}});
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&answer));
    EXPECT_EQ(Counts(answer.counts()), "1 0 0 0 0 0");
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(Look(import).next_chunk(), 3);
}

TEST_F(ImportServiceTest, WhatIsWrongIsSaidAtOnce) {
  v1::CreateImportRequest request;
  auto refused = Ask(&Imports::CreateImport, request);
  ASSERT_FALSE(refused.ok());
  EXPECT_GE(refused.error().violations.size(), 4u);
  const std::string import = Begin(Plan({"external_id", "display_name"}));
  v1::SendImportChunkRequest chunk = Chunk(import, 0, {});
  chunk.set_position_bytes(-1);
  EXPECT_EQ(Ask(&Imports::SendImportChunk, chunk).error().violations.size(), 3u);
  v1::GetImportRequest other;
  other.set_name(ResourceName("imports", NewUuidV7(clock_)));
  EXPECT_EQ(Ask(&Imports::GetImport, other).error().reason, "IMPORT_NOT_FOUND");
  auto again = Plan({"external_id", "display_name"});
  again.set_request_id(NewUuidV7(clock_).ToString());
  EXPECT_EQ(Begin(again), Begin(again));
  auto list = Ask(&Imports::ListImports, v1::ListImportsRequest());
  EXPECT_EQ(list->imports_size(), 2);
}

}  // namespace
}  // namespace vefa::contact
