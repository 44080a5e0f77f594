#include "services/notification/notification_fixture.h"

#include <thread>

namespace vefa::notification {
namespace {

class NotificationServiceTest : public NotificationFixture {};

TEST_F(NotificationServiceTest, LedgersEveryDecisionWithItsReason) {
  Uuid fine = Person();
  Uuid nowhere = Person();
  contact_.Put(nowhere, {"", "Nowhere", "en", ConsentState::kGranted});
  auto response = Submit(RequestFor(
      {fine, Person(ConsentState::kNeverAsked), Person(ConsentState::kWithdrawn), nowhere, NewUuidV7(clock_)}));
  ASSERT_EQ(response.decisions_size(), 5);
  EXPECT_TRUE(response.decisions(0).accepted());
  EXPECT_EQ(response.decisions(0).reason(), "");
  EXPECT_EQ(response.decisions(1).reason(), "NO_CONSENT");
  EXPECT_EQ(response.decisions(2).reason(), "CONSENT_WITHDRAWN");
  EXPECT_EQ(response.decisions(3).reason(), "NO_ADDRESS");
  EXPECT_EQ(response.decisions(4).reason(), "CONTACT_UNKNOWN");
  EXPECT_EQ(Count("SELECT count(*) FROM message WHERE policy_version = 3"), 5);
  EXPECT_EQ(Count("SELECT count(*) FROM event_log WHERE event_type = 'message.accepted' AND aggregate_version = 1"), 1);
  EXPECT_EQ(Count("SELECT count(*) FROM event_log WHERE event_type = 'message.refused' AND aggregate_version = 1"), 4);
  EXPECT_EQ(Count("SELECT count(*) FROM outbox_pending"), 5);
  EXPECT_EQ(Count("SELECT cardinality(messages) FROM send_chunk"), 1);
  EXPECT_EQ(committed_, 1);

  v1::GetMessageRequest get;
  get.set_name(response.decisions(1).message());
  auto message = Call(&Stub::GetMessage, get);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->state(), v1::Message::STATE_REFUSED);
  EXPECT_EQ(message->reason(), "NO_CONSENT");
  EXPECT_EQ(message->policy_version(), 3);
  get.set_name(response.decisions(0).message());
  EXPECT_EQ(Call(&Stub::GetMessage, get)->state(), v1::Message::STATE_ACCEPTED);
}

TEST_F(NotificationServiceTest, WhatContactKnowsOfAPersonBindsTheGate) {
  std::vector<Uuid> people;
  for (int i = 0; i < 4; ++i) people.push_back(Person());
  contact_.Put(people[0], {"a@d.example", "Ada", "en", ConsentState::kNeverAsked, true});
  contact_.Put(people[1], {"b@d.example", "Bob", "en", ConsentState::kGranted, false, true});
  contact_.Put(people[2], {"c@d.example", "Cem", "en", ConsentState::kPending, false, false, "", "/c/token"});
  auto response = Submit(RequestFor(people));
  ASSERT_EQ(response.decisions_size(), 4);
  EXPECT_EQ(response.decisions(0).reason(), "SUPPRESSED");
  EXPECT_EQ(response.decisions(1).reason(), "PAUSED");
  EXPECT_EQ(response.decisions(2).reason(), "CONSENT_PENDING");
  EXPECT_TRUE(response.decisions(3).accepted());
  // A question of somebody else's making, to the one who waits for it and to nobody else.
  auto question = RequestFor(people, "question");
  for (auto& [language, words] : *question.mutable_content()->mutable_texts()) words.set_text("Yes: {{confirmation_url}}");
  response = Submit(question);
  ASSERT_EQ(response.decisions_size(), 4);
  EXPECT_EQ(response.decisions(1).reason(), "CONFIRMATION_NOT_WANTED");
  EXPECT_TRUE(response.decisions(2).accepted());
  EXPECT_EQ(response.decisions(3).reason(), "CONFIRMATION_NOT_WANTED");
}

TEST_F(NotificationServiceTest, ASendKeyKeepsItsFirstDecision) {
  Uuid refused = Person(ConsentState::kNeverAsked);
  Uuid fine = Person();
  auto first = Submit(RequestFor({refused, fine}));
  contact_.Put(refused, {"now@d.example", "Now", "en", ConsentState::kGranted});
  int calls = contact_.calls();
  auto again = Submit(RequestFor({refused, fine}));
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(contact_.calls(), calls);  // What was decided needs nobody.
  EXPECT_EQ(Count("SELECT count(*) FROM message"), 2);
  EXPECT_EQ(Count("SELECT count(*) FROM send_chunk"), 1);
  auto mixed = Submit(RequestFor({Person(), refused}));
  EXPECT_TRUE(mixed.decisions(0).accepted());
  EXPECT_EQ(mixed.decisions(1).reason(), "NO_CONSENT");
}

TEST_F(NotificationServiceTest, DecidesNothingWhenContactIsAway) {
  Uuid person = Person();
  contact_.Answer(false);
  auto response = Call(&Stub::SubmitMessages, RequestFor({person}));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, Code::kUnavailable);
  EXPECT_EQ(response.error().reason, "CONSENTS_UNREACHABLE");
  EXPECT_GE(response.error().retry_after_ms, 1000);
  EXPECT_EQ(Count("SELECT count(*) FROM message"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM event_log"), 0);
  contact_.Answer(true);
  EXPECT_TRUE(Submit(RequestFor({person})).decisions(0).accepted());
}

TEST_F(NotificationServiceTest, TwinSubmissionsMakeEachMessageOnce) {
  std::vector<Uuid> people;
  for (int i = 0; i < 50; ++i) people.push_back(Person());
  std::vector<std::string> answers(4);
  std::vector<std::thread> callers;
  for (size_t i = 0; i < answers.size(); ++i)
    callers.emplace_back([&, i] { answers[i] = Submit(RequestFor(people)).SerializeAsString(); });
  for (std::thread& caller : callers) caller.join();
  for (const std::string& answer : answers) EXPECT_EQ(answer, answers[0]);
  EXPECT_EQ(Count("SELECT count(*) FROM message"), 50);
  EXPECT_EQ(Count("SELECT sum(cardinality(messages)) FROM send_chunk"), 50);
  EXPECT_EQ(Count("SELECT count(DISTINCT m) FROM send_chunk, unnest(messages) m"), 50);
  EXPECT_EQ(Count("SELECT count(*) FROM event_log"), 50);
}

TEST_F(NotificationServiceTest, NamesEverythingThatIsWrong) {
  auto request = RequestFor({Person()});
  request.set_originator("no one");
  request.set_purpose("");
  request.set_channel(contact::v1::CHANNEL_SMS);
  (*request.mutable_content()->mutable_texts())["tr"].set_text("{{contact.email}}");
  (*request.mutable_content()->mutable_texts())["en"].set_subject("two\r\nlines");
  request.add_messages()->set_send_key(request.messages(0).send_key());
  auto response = Call(&Stub::SubmitMessages, request);
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, Code::kInvalidArgument);
  std::string fields;
  for (const Violation& violation : response.error().violations) fields += violation.field + ":" + violation.reason + " ";
  EXPECT_EQ(fields,
            "originator:ORIGINATOR_SYNTAX purpose:PURPOSE_SYNTAX channel:CHANNEL_NOT_SERVED "
            "content.texts[en].subject:SUBJECT_INVALID content.texts[tr].text:PLACEHOLDER_UNKNOWN "
            "messages[1].send_key:SEND_KEY_REPEATED messages[1].contact:NAME_SYNTAX ");
  EXPECT_EQ(Call(&Stub::SubmitMessages, RequestFor({})).error().violations.at(0).reason, "BATCH_SIZE");
  EXPECT_EQ(Call(&Stub::SubmitMessages, RequestFor({Person()}), {"messages.read"}).error().code, Code::kPermissionDenied);
  v1::GetMessageRequest get;
  get.set_name(ResourceName("messages", NewUuidV7(clock_)));
  EXPECT_EQ(Call(&Stub::GetMessage, get).error().reason, "MESSAGE_NOT_FOUND");
}

TEST_F(NotificationServiceTest, UnsubscribingIsOnceAndReadingChangesNothing) {
  Uuid person = Person(ConsentState::kGranted, "tr");
  std::string message = Submit(RequestFor({person})).decisions(0).message();
  v1::ReadUnsubscribeTokenRequest read;
  read.set_token(TokenOf(message));
  for (int i = 0; i < 2; ++i) {
    auto answer = Public(&Stub::ReadUnsubscribeToken, read);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->language(), "tr");
    EXPECT_EQ(answer->purpose(), "win-back");
    EXPECT_FALSE(answer->unsubscribed());
  }
  EXPECT_EQ(Count("SELECT count(*) FROM message_unsubscribe"), 0);
  v1::UnsubscribeRequest leave;
  leave.set_token(read.token());
  for (int i = 0; i < 2; ++i) {
    auto answer = Public(&Stub::Unsubscribe, leave);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->language(), "tr");
  }
  EXPECT_TRUE(Public(&Stub::ReadUnsubscribeToken, read)->unsubscribed());
  EXPECT_EQ(Count("SELECT count(*) FROM event_log WHERE event_type = 'message.unsubscribed' AND aggregate_version = 2"), 1);
  EXPECT_EQ(Count("SELECT count(*) FROM event_log WHERE event_type = 'suppression.added' AND aggregate_version = 1"), 1);

  EXPECT_EQ(Submit(RequestFor({person}, "again")).decisions(0).reason(), "SUPPRESSED");
  auto other = RequestFor({person}, "other");
  other.set_purpose("news");
  EXPECT_TRUE(Submit(other).decisions(0).accepted());  // Only for the purpose.
  v1::ListSuppressionsRequest list;
  list.set_contact(ResourceName("contacts", person));
  auto suppressions = Call(&Stub::ListSuppressions, list);
  ASSERT_EQ(suppressions->suppressions_size(), 1);
  EXPECT_EQ(suppressions->suppressions(0).reason(), "UNSUBSCRIBED");
  EXPECT_EQ(suppressions->suppressions(0).purpose(), "win-back");
}

TEST_F(NotificationServiceTest, BadTokensAreNobodys) {
  std::string message = Submit(RequestFor({Person()})).decisions(0).message();
  std::string token = TokenOf(message);
  std::string changed = token;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  std::string unknown_message = token_key_.Unsubscribe({1, NewUuidV7(clock_), 0});
  std::string unknown_tenant = token_key_.Unsubscribe({99, *ParseResourceName("messages", message), 0});
  for (const std::string& bad : {std::string(), changed, unknown_message, unknown_tenant}) {
    v1::UnsubscribeRequest leave;
    leave.set_token(bad);
    auto answer = Public(&Stub::Unsubscribe, leave);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().reason, "TOKEN_INVALID");
    EXPECT_EQ(answer.error().code, Code::kNotFound);
  }
  EXPECT_EQ(Count("SELECT count(*) FROM message_unsubscribe"), 0);
}

TEST_F(NotificationServiceTest, PagesHaveNoGapsUnderEveryFilter) {
  Uuid person = Person();
  for (int i = 0; i < 7; ++i) Submit(RequestFor({person}, "k" + std::to_string(i)));
  Submit(RequestFor({Person(ConsentState::kNeverAsked), Person(ConsentState::kWithdrawn)}));
  auto pages = [&](v1::ListMessagesRequest request) {
    request.set_page_size(2);
    std::vector<std::string> names;
    for (int page = 0; page < 10; ++page) {
      auto answer = Call(&Stub::ListMessages, request);
      EXPECT_TRUE(answer.ok()) << answer.error().message;
      for (const auto& message : answer->messages()) names.push_back(message.name());
      if (answer->next_page_token().empty()) break;
      request.set_page_token(answer->next_page_token());
    }
    EXPECT_TRUE(std::is_sorted(names.rbegin(), names.rend()));  // Newest first.
    return names.size();
  };
  v1::ListMessagesRequest all;
  EXPECT_EQ(pages(all), 9u);
  v1::ListMessagesRequest one;
  one.set_contact(ResourceName("contacts", person));
  EXPECT_EQ(pages(one), 7u);
  v1::ListMessagesRequest refused;
  refused.set_state(v1::Message::STATE_REFUSED);
  EXPECT_EQ(pages(refused), 2u);
  v1::ListMessagesRequest withdrawn;
  withdrawn.set_reason("CONSENT_WITHDRAWN");
  EXPECT_EQ(pages(withdrawn), 1u);
  v1::ListMessagesRequest waiting;
  waiting.set_state(v1::Message::STATE_ACCEPTED);
  EXPECT_EQ(pages(waiting), 7u);
  v1::ListMessagesRequest stranger;
  stranger.set_originator("campaigns/other");
  EXPECT_EQ(pages(stranger), 0u);
  withdrawn.set_page_token("nonsense");
  EXPECT_EQ(Call(&Stub::ListMessages, withdrawn).error().reason, "PAGE_TOKEN_INVALID");
  tenant_ = database_.other_tenant();
  EXPECT_EQ(pages(all), 0u);
}

}  // namespace
}  // namespace vefa::notification
