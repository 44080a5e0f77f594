#include <gtest/gtest.h>

#include "libs/kafka/admin.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"

namespace vefa::kafka {
namespace {

class TopicSettingsTest : public ::testing::Test {
 protected:
  TopicSetting Of(const std::string& name) {
    auto settings = ReadTopicSettings(testing::KafkaBrokers(), {topic_}, Soon());
    EXPECT_TRUE(settings.ok()) << settings.error().message;
    return (*settings)[topic_][name];
  }
  const std::string topic_ = testing::TestTopic("vefa.test", 1) + ".settings";
};

TEST_F(TopicSettingsTest, ANewTopicHasThemFromTheBeginning) {
  ASSERT_EQ(ApplyTopics(testing::KafkaBrokers(), {{topic_, 1, 1, {{"cleanup.policy", "compact"}}}}, Soon())->size(), 1u);
  EXPECT_TRUE(testing::Eventually([&] { return Of("cleanup.policy").value == "compact"; }));
  EXPECT_TRUE(Of("cleanup.policy").own);
  EXPECT_FALSE(Of("segment.bytes").own);
  EXPECT_FALSE(Of("segment.bytes").value.empty());
}

TEST_F(TopicSettingsTest, AnOldTopicGetsThemAndKeepsWhatElseWasSet) {
  TopicSpec old{topic_, 1, 1, {{"segment.ms", "3600000"}, {"cleanup.policy", "delete"}}};
  ASSERT_EQ(ApplyTopics(testing::KafkaBrokers(), {old}, Soon())->size(), 1u);
  ASSERT_TRUE(testing::Eventually([&] { return Of("segment.ms").value == "3600000"; }));
  TopicSpec wanted{topic_, 1, 1, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "604800000"}}};
  // Another topic that does not exist is no error here.
  TopicSpec missing{topic_ + ".missing", 1, 1, wanted.settings};
  EXPECT_EQ(*ApplyTopicSettings(testing::KafkaBrokers(), {missing, wanted}, Soon()), std::vector<std::string>{topic_});
  EXPECT_TRUE(testing::Eventually([&] { return Of("cleanup.policy").value == "compact"; }));
  EXPECT_EQ(Of("delete.retention.ms").value, "604800000");
  EXPECT_EQ(Of("segment.ms").value, "3600000");
  EXPECT_TRUE(ApplyTopicSettings(testing::KafkaBrokers(), {wanted}, Soon())->empty());
}

TEST_F(TopicSettingsTest, ABrokerThatIsGoneIsAnError) {
  EXPECT_EQ(ReadTopicSettings("127.0.0.1:1", {topic_}, Deadline::After(std::chrono::milliseconds(300))).error().reason,
            "KAFKA_UNAVAILABLE");
}

}  // namespace
}  // namespace vefa::kafka
