#include "services/contact/preference/preference_service.h"

#include "libs/base/text.h"
#include "services/contact/contact_fixture.h"
#include "services/contact/merge/merge_service.h"

namespace vefa::contact {
namespace {

// The service behind a real gRPC server, beside that of contacts.
class PreferenceTest : public ContactServiceTest {
 protected:
  using Stubs = v1::PreferenceService::Stub;

  PreferenceTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&preferences_);
    builder.RegisterService(&merges_);
    preference_server_ = builder.BuildAndStart();
    preference_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    preference_stub_ = v1::PreferenceService::NewStub(preference_peer_->channel());
    merge_stub_ = v1::MergeService::NewStub(preference_peer_->channel());
  }
  ~PreferenceTest() override { preference_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (Stubs::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*preference_peer_, *preference_stub_, method, request, tenant_, {"*"}, Soon());
  }
  Result<v1::PreferenceTopic> Topic(const std::string& code, bool subscribed) {
    v1::CreatePreferenceTopicRequest request;
    request.mutable_preference_topic()->set_code(code);
    (*request.mutable_preference_topic()->mutable_titles())["tr"] = "Konu " + code;
    request.mutable_preference_topic()->set_default_subscribed(subscribed);
    return Ask(&Stubs::CreatePreferenceTopic, request);
  }
  Result<v1::Preferences> Prefer(v1::Preferences wanted, const std::vector<std::string>& mask = {}, const std::string& request_id = "") {
    v1::UpdatePreferencesRequest request;
    *request.mutable_preferences() = std::move(wanted);
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    request.set_request_id(request_id);
    return Ask(&Stubs::UpdatePreferences, request);
  }
  Result<v1::Preferences> Preferred(const std::string& contact) {
    v1::GetPreferencesRequest request;
    request.set_name(contact + "/preferences");
    return Ask(&Stubs::GetPreferences, request);
  }
  v1::PreferenceDecision Suits(const std::string& contact, const std::string& topic, std::optional<Time> moment = {}) {
    v1::EvaluatePreferencesRequest request;
    auto& question = *request.add_questions();
    question.set_contact(contact);
    question.set_topic(topic);
    question.set_channel(v1::CHANNEL_EMAIL);
    if (moment) *question.mutable_moment() = rpc::ToProto(*moment);
    auto answer = Ask(&Stubs::EvaluatePreferences, request);
    EXPECT_TRUE(answer.ok()) << answer.error().reason;
    return answer.ok() ? answer->decisions(0) : v1::PreferenceDecision();
  }
  std::string Ada() {
    v1::CreateContactRequest request = Person("1");
    request.mutable_contact()->set_time_zone("Europe/Istanbul");
    return Call(&Stub::CreateContact, request)->name();
  }
  v1::Preferences Of(const std::string& contact) {
    v1::Preferences preferences;
    preferences.set_name(contact + "/preferences");
    return preferences;
  }

  rpc::Door preference_door_{"vefa.contact.v1.PreferenceService", pool_, key_, tenants_, metrics_, clock_};
  PreferenceService preferences_{preference_door_, database_.service(), copies_, PreferenceLinkKey(std::string(32, 'f')), nullptr, clock_};
  std::unique_ptr<grpc::Server> preference_server_;
  std::unique_ptr<rpc::Peer> preference_peer_;
  std::unique_ptr<Stubs> preference_stub_;
  rpc::Door merge_door_{"vefa.contact.v1.MergeService", pool_, key_, tenants_, metrics_, clock_};
  MergeService merges_{merge_door_, database_.service(), keys_, attributes_, copies_, nullptr, clock_};
  std::unique_ptr<v1::MergeService::Stub> merge_stub_;
};

TEST_F(PreferenceTest, WhatIsSaidIsKeptWithOneEventEach) {
  ASSERT_TRUE(Topic("news", true).ok());
  const std::string ada = Ada();
  auto nothing = Preferred(ada);
  ASSERT_TRUE(nothing.ok()) << nothing.error().reason;
  EXPECT_EQ(nothing->etag(), "\"0\"");
  EXPECT_EQ(nothing->language(), "tr");
  EXPECT_FALSE(nothing->has_update_time());
  v1::Preferences wanted = Of(ada);
  (*wanted.mutable_topics())["news"] = false;
  wanted.set_messages_per_week(2);
  wanted.set_preferred_channel(v1::CHANNEL_SMS);
  wanted.mutable_quiet_hours()->set_start_minute(22 * 60);
  wanted.mutable_quiet_hours()->set_end_minute(8 * 60);
  auto after = Prefer(wanted);
  ASSERT_TRUE(after.ok()) << after.error().reason;
  EXPECT_EQ(after->etag(), "\"1\"");
  EXPECT_FALSE(after->topics().at("news"));
  // Only what is named changes, and what is the same is no change.
  v1::Preferences paused = Of(ada);
  *paused.mutable_pause_until() = rpc::ToProto(clock_.Now() + std::chrono::hours(48));
  EXPECT_EQ(Prefer(paused)->messages_per_week(), 2);
  EXPECT_EQ(Prefer(paused)->etag(), "\"2\"");
  auto emptied = Prefer(Of(ada), {"topics", "pause_until", "quiet_hours"});
  EXPECT_TRUE(emptied->topics().empty() && !emptied->has_pause_until() && !emptied->has_quiet_hours());
  EXPECT_EQ(Preferred(ada)->DebugString(), emptied->DebugString());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'preferences.changed'"), 3);
  // They are versions of the contact, and whoever reads it sees the latest.
  EXPECT_EQ(Get(ada)->version(), 4);
}

TEST_F(PreferenceTest, TwoWhoWriteSeeEachOther) {
  const std::string ada = Ada();
  v1::Preferences once = Of(ada);
  once.set_messages_per_day(1);
  once.set_etag("\"0\"");
  const std::string id = "0197f0aa-0000-7000-8000-000000000003";
  ASSERT_TRUE(Prefer(once, {}, id).ok());
  once.set_messages_per_day(2);
  EXPECT_EQ(Prefer(once).error().reason, "ETAG_MISMATCH");
  once.set_etag("\"1\"");
  ASSERT_TRUE(Prefer(once).ok());
  // A repeat of the first is answered by what is, and changes nothing.
  once.set_messages_per_day(1);
  once.set_etag("\"0\"");
  EXPECT_EQ(Prefer(once, {}, id)->messages_per_day(), 2);
}

TEST_F(PreferenceTest, WhatIsWrongIsRefused) {
  const std::string ada = Ada();
  v1::Preferences wrong = Of(ada);
  (*wrong.mutable_topics())["none"] = true;
  wrong.set_messages_per_day(-1);
  wrong.mutable_quiet_hours()->set_start_minute(0);
  EXPECT_EQ(Prefer(wrong).error().violations.size(), 3u);
  EXPECT_EQ(Prefer(Of("contacts/0197f0aa-0000-7000-8000-000000000001")).error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(Preferred("contacts/0197f0aa-0000-7000-8000-000000000001").error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(Preferred("contacts/nobody").error().reason, "NAME_SYNTAX");
  EXPECT_EQ(Prefer(Of(ada), {"language"}).error().violations[0].reason, "FIELD_UNKNOWN");
  ASSERT_TRUE(Prefer(Of(ada), {"messages_per_day"}).ok());
  v1::Preferences capped = Of(ada);
  capped.set_messages_per_day(3);
  ASSERT_TRUE(Prefer(capped).ok());
  ASSERT_TRUE(Erase(ada).ok());
  EXPECT_EQ(Prefer(capped).error().reason, "CONTACT_ERASED");
  EXPECT_EQ(Preferred(ada)->messages_per_day(), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM preference"), 0);
  EXPECT_EQ(Suits(ada, "").reason(), v1::PreferenceDecision::REASON_CONTACT_ERASED);
}

TEST_F(PreferenceTest, TopicsAreMadeOnceAndArchived) {
  auto made = Topic("news", true);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->name(), "preferenceTopics/news");
  EXPECT_EQ(Topic("news", false).error().reason, "PREFERENCE_TOPIC_TAKEN");
  EXPECT_EQ(Topic("No Topic", false).error().violations[0].reason, "TOPIC_SYNTAX");
  v1::CreatePreferenceTopicRequest untitled;
  untitled.mutable_preference_topic()->set_code("untitled");
  (*untitled.mutable_preference_topic()->mutable_titles())["de"] = "Ohne";
  EXPECT_EQ(Ask(&Stubs::CreatePreferenceTopic, untitled).error().violations.size(), 2u);
  ASSERT_TRUE(Topic("offers", false).ok());
  v1::ArchivePreferenceTopicRequest archive;
  archive.set_name("preferenceTopics/news");
  auto archived = Ask(&Stubs::ArchivePreferenceTopic, archive);
  ASSERT_TRUE(archived->has_archive_time());
  EXPECT_EQ(Ask(&Stubs::ArchivePreferenceTopic, archive)->archive_time().nanos(), archived->archive_time().nanos());
  archive.set_name("preferenceTopics/none");
  EXPECT_EQ(Ask(&Stubs::ArchivePreferenceTopic, archive).error().reason, "PREFERENCE_TOPIC_NOT_FOUND");
  auto listed = Ask(&Stubs::ListPreferenceTopics, v1::ListPreferenceTopicsRequest());
  ASSERT_EQ(listed->preference_topics_size(), 2);
  EXPECT_EQ(listed->preference_topics(1).titles().at("tr"), "Konu offers");
}

TEST_F(PreferenceTest, JudgesInTheOrderOfTheQuestionsAndSaysWhen) {
  ASSERT_TRUE(Topic("news", true).ok());
  ASSERT_TRUE(Topic("offers", false).ok());
  const std::string ada = Ada();
  EXPECT_EQ(Suits(ada, "news").reason(), v1::PreferenceDecision::REASON_ALLOWED);
  EXPECT_EQ(Suits(ada, "offers").reason(), v1::PreferenceDecision::REASON_TOPIC_OFF);
  EXPECT_EQ(Suits(ada, "none").reason(), v1::PreferenceDecision::REASON_NO_SUCH_TOPIC);
  v1::Preferences wanted = Of(ada);
  wanted.set_messages_per_day(1);
  wanted.set_messages_per_week(3);
  wanted.set_preferred_channel(v1::CHANNEL_SMS);
  wanted.mutable_quiet_hours()->set_start_minute(22 * 60);
  wanted.mutable_quiet_hours()->set_end_minute(8 * 60);
  ASSERT_TRUE(Prefer(wanted).ok());
  v1::EvaluatePreferencesRequest request;
  for (const char* topic : {"news", "offers", ""}) {
    auto& question = *request.add_questions();
    question.set_contact(ada);
    question.set_topic(topic);
    question.set_channel(v1::CHANNEL_SMS);
    *question.mutable_moment() = rpc::ToProto(*ParseTime("2026-03-02T20:30:00Z"));  // 23:30 in Istanbul.
  }
  request.add_questions()->CopyFrom(request.questions(0));
  request.mutable_questions(3)->set_contact("contacts/0197f0aa-0000-7000-8000-000000000001");
  auto answer = Ask(&Stubs::EvaluatePreferences, request);
  ASSERT_TRUE(answer.ok()) << answer.error().reason;
  ASSERT_EQ(answer->decisions_size(), 4);
  EXPECT_EQ(answer->decisions(0).reason(), v1::PreferenceDecision::REASON_QUIET_HOURS);
  EXPECT_EQ(answer->decisions(0).next_time().seconds(), rpc::ToProto(*ParseTime("2026-03-03T05:00:00Z")).seconds());
  EXPECT_EQ(answer->decisions(0).messages_per_week(), 3);
  EXPECT_EQ(answer->decisions(0).better_channel(), v1::CHANNEL_UNSPECIFIED);
  EXPECT_EQ(answer->decisions(1).reason(), v1::PreferenceDecision::REASON_TOPIC_OFF);
  EXPECT_FALSE(answer->decisions(1).has_next_time());
  EXPECT_EQ(answer->decisions(2).reason(), v1::PreferenceDecision::REASON_QUIET_HOURS);
  EXPECT_EQ(answer->decisions(3).reason(), v1::PreferenceDecision::REASON_NO_SUCH_CONTACT);
  EXPECT_EQ(Suits(ada, "news", *ParseTime("2026-03-02T12:00:00Z")).better_channel(), v1::CHANNEL_SMS);
  v1::EvaluatePreferencesRequest wrong;
  wrong.add_questions()->set_topic("No Topic");
  EXPECT_EQ(Ask(&Stubs::EvaluatePreferences, wrong).error().violations.size(), 3u);
}

TEST_F(PreferenceTest, APersonChoosesByALinkWithoutAnAccount) {
  ASSERT_TRUE(Topic("news", true).ok());
  ASSERT_TRUE(Topic("offers", false).ok());
  const std::string ada = Ada();
  v1::GetPreferenceLinkRequest whose;
  whose.set_contact(ada);
  auto link = Ask(&Stubs::GetPreferenceLink, whose);
  ASSERT_TRUE(link.ok()) << link.error().reason;
  ASSERT_EQ(link->path().size(), 69u);
  v1::ReadPreferencePageRequest read;
  read.set_token(link->path().substr(3));
  auto page = Ask(&Stubs::ReadPreferencePage, read);
  ASSERT_TRUE(page.ok()) << page.error().reason;
  EXPECT_EQ(page->language(), "tr");
  ASSERT_EQ(page->topics_size(), 2);
  EXPECT_TRUE(page->topics(0).subscribed() && !page->topics(1).subscribed());
  v1::SavePreferencePageRequest save;
  save.set_token(read.token());
  (*save.mutable_topics())["news"] = false;
  (*save.mutable_topics())["gone"] = true;
  save.set_messages_per_week(1);
  save.set_pause_days(30);
  page = Ask(&Stubs::SavePreferencePage, save);
  ASSERT_TRUE(page.ok()) << page.error().reason;
  EXPECT_FALSE(page->topics(0).subscribed());
  EXPECT_TRUE(page->has_pause_until());
  EXPECT_EQ(Suits(ada, "").reason(), v1::PreferenceDecision::REASON_PAUSED);
  EXPECT_EQ(Preferred(ada)->messages_per_week(), 1);
  // What it does not say of the pause leaves it, and 0 ends it.
  save.clear_pause_days();
  EXPECT_TRUE(Ask(&Stubs::SavePreferencePage, save)->has_pause_until());
  save.set_pause_days(0);
  EXPECT_FALSE(Ask(&Stubs::SavePreferencePage, save)->has_pause_until());
  save.set_pause_days(367);
  EXPECT_EQ(Ask(&Stubs::SavePreferencePage, save).error().violations[0].reason, "OUT_OF_RANGE");
  // One letter changed, another key, a person who is gone: no link of ours.
  std::string forged = read.token();
  forged[5] = forged[5] == 'A' ? 'B' : 'A';
  read.set_token(forged);
  EXPECT_EQ(Ask(&Stubs::ReadPreferencePage, read).error().reason, "TOKEN_INVALID");
  read.set_token(PreferenceLinkKey(std::string(32, 'g')).Make({tenant_, *ParseResourceName("contacts", ada)}));
  EXPECT_EQ(Ask(&Stubs::ReadPreferencePage, read).error().reason, "TOKEN_INVALID");
  ASSERT_TRUE(Erase(ada).ok());
  save.set_pause_days(0);
  EXPECT_EQ(Ask(&Stubs::SavePreferencePage, save).error().reason, "TOKEN_INVALID");
  EXPECT_EQ(Ask(&Stubs::GetPreferenceLink, whose).error().reason, "CONTACT_ERASED");
}

TEST_F(PreferenceTest, WhoeverSendsIsToldWhenAndHowOften) {
  const std::string ada = Ada();
  v1::BatchGetRecipientsRequest recipients;
  recipients.add_contacts(ada);
  recipients.set_purpose("win-back");
  recipients.set_channel(v1::CHANNEL_EMAIL);
  v1::Recipient told = Call(&Stub::BatchGetRecipients, recipients)->recipients(0);
  EXPECT_FALSE(told.has_quiet_hours() || told.essential());
  EXPECT_EQ(told.time_zone(), "Europe/Istanbul");
  EXPECT_EQ(told.messages_per_day() + told.messages_per_week(), 0);
  v1::Preferences wanted = Of(ada);
  wanted.mutable_quiet_hours()->set_start_minute(22 * 60);
  wanted.mutable_quiet_hours()->set_end_minute(8 * 60);
  wanted.set_messages_per_day(1);
  wanted.set_messages_per_week(3);
  *wanted.mutable_pause_until() = rpc::ToProto(clock_.Now() + std::chrono::hours(48));
  ASSERT_TRUE(Prefer(wanted).ok());
  told = Call(&Stub::BatchGetRecipients, recipients)->recipients(0);
  EXPECT_EQ(told.quiet_hours().start_minute(), 22 * 60);
  EXPECT_EQ(told.quiet_hours().end_minute(), 8 * 60);
  EXPECT_EQ(told.messages_per_day(), 1);
  EXPECT_EQ(told.messages_per_week(), 3);
  EXPECT_TRUE(told.paused());
  // What rests on a contract is told nothing of it.
  database_.Run("INSERT INTO purpose (tenant_id, id, code, title, lawful_basis, is_commercial, retention_days, text_version, version,"
                " create_time, update_time) VALUES ('" + tenant_.ToString() +
                "', gen_random_uuid(), 'win-back', 'Receipts', 2, false, 30, 0, 1, now(), now())");
  told = Call(&Stub::BatchGetRecipients, recipients)->recipients(0);
  EXPECT_TRUE(told.essential() && told.allowed());
  EXPECT_FALSE(told.paused() || told.has_quiet_hours());
  EXPECT_EQ(told.messages_per_day() + told.messages_per_week(), 0);
}

TEST_F(PreferenceTest, WhatAPartSaidBindsItsSurvivorUntilThePersonChoosesAgain) {
  ASSERT_TRUE(Topic("news", true).ok());
  const std::string ada = Ada();
  const std::string twin = Call(&Stub::CreateContact, Person("2"))->name();
  v1::Preferences less = Of(twin);
  (*less.mutable_topics())["news"] = false;
  less.set_messages_per_week(2);
  *less.mutable_pause_until() = rpc::ToProto(clock_.Now() + std::chrono::hours(48));
  ASSERT_TRUE(Prefer(less).ok());
  v1::Preferences more = Of(ada);
  (*more.mutable_topics())["news"] = true;
  more.set_messages_per_week(5);
  ASSERT_TRUE(Prefer(more).ok());
  v1::GetPreferenceLinkRequest whose;
  whose.set_contact(twin);
  const std::string token = Ask(&Stubs::GetPreferenceLink, whose)->path().substr(3);
  v1::MergeContactsRequest merge;
  merge.set_survivor(ada);
  merge.set_merged(twin);
  auto merged = rpc::Call(*preference_peer_, *merge_stub_, &v1::MergeService::Stub::MergeContacts, merge, tenant_, {"*"}, Soon());
  ASSERT_TRUE(merged.ok()) << merged.error().message;
  EXPECT_EQ(Suits(ada, "").reason(), v1::PreferenceDecision::REASON_PAUSED);
  EXPECT_EQ(Suits(ada, "news", clock_.Now() + std::chrono::hours(72)).reason(), v1::PreferenceDecision::REASON_TOPIC_OFF);
  EXPECT_EQ(Suits(ada, "news").messages_per_week(), 2);
  EXPECT_EQ(Preferred(ada)->messages_per_week(), 2);
  v1::BatchGetRecipientsRequest recipients;
  recipients.add_contacts(ada);
  recipients.set_purpose("win-back");
  recipients.set_channel(v1::CHANNEL_EMAIL);
  EXPECT_TRUE(Call(&Stub::BatchGetRecipients, recipients)->recipients(0).paused());
  EXPECT_EQ(Call(&Stub::BatchGetRecipients, recipients)->recipients(0).messages_per_week(), 2);
  // The part itself takes no more words; its link leads to whom the person goes on as, and what is chosen there holds.
  EXPECT_EQ(Prefer(less).error().reason, "CONTACT_MERGED");
  v1::SavePreferencePageRequest save;
  save.set_token(token);
  (*save.mutable_topics())["news"] = true;
  save.set_messages_per_week(3);
  save.set_pause_days(0);
  ASSERT_TRUE(Ask(&Stubs::SavePreferencePage, save).ok());
  EXPECT_EQ(Suits(ada, "news").reason(), v1::PreferenceDecision::REASON_ALLOWED);
  EXPECT_EQ(Suits(ada, "news").messages_per_week(), 3);
  EXPECT_FALSE(Call(&Stub::BatchGetRecipients, recipients)->recipients(0).paused());
  v1::UnmergeContactRequest undo;
  undo.set_name(merged->name());
  ASSERT_TRUE(rpc::Call(*preference_peer_, *merge_stub_, &v1::MergeService::Stub::UnmergeContact, undo, tenant_, {"*"}, Soon()).ok());
  EXPECT_EQ(Preferred(twin)->messages_per_week(), 2) << "its own again";
}

}  // namespace
}  // namespace vefa::contact
