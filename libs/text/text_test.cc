#include <gtest/gtest.h>

#include "libs/text/fold.h"

namespace vefa::text {
namespace {

TEST(FoldTest, TurkishLettersMeet) {
  EXPECT_EQ(FoldForSearch("IŞIK"), "isik");
  EXPECT_EQ(FoldForSearch("Işık"), "isik");
  EXPECT_EQ(FoldForSearch("işik"), "isik");
  EXPECT_EQ(FoldForSearch("İNCİ"), "inci");
  EXPECT_EQ(FoldForSearch("Çağrı Öztürk"), "cagri ozturk");
}

TEST(FoldTest, OtherLettersToo) {
  EXPECT_EQ(FoldForSearch("Straße"), "strasse");
  EXPECT_EQ(FoldForSearch("ﬁne"), "fine");
  EXPECT_EQ(FoldForSearch(""), "");
}

TEST(FoldTest, LikePatternsStandForThemselves) { EXPECT_EQ(FoldForLike("50%_\\"), "50\\%\\_\\\\"); }

}  // namespace
}  // namespace vefa::text
