#include "libs/testing/soon.h"
#include "services/gateway/sessions.h"

#include <gtest/gtest.h>

#include <thread>

#include "libs/base/text.h"
#include "libs/testing/engines.h"

std::vector<vefa::postgres::Migration> vefa_gateway_migrations();

namespace vefa::gateway {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Real ones cost fifty milliseconds each; two tests below use those.
constexpr crypto::Argon2Cost kCheap{64, 1, 1};
constexpr char kPassword[] = "correct horse battery";

class SessionsTest : public ::testing::Test {
 protected:
  void SetUp() override { Put("ayse@example.com", "admin"); }
  void Put(const std::string& email, const std::string& role, const std::string& password = kPassword) {
    auto put = PutUser(database_.owner(), {"one", email, "Ayşe", role, password}, clock_, Soon(), kCheap);
    ASSERT_TRUE(put.ok()) << put.error().message;
  }
  Sessions::SignedIn SignIn() {
    auto signed_in = sessions_.SignIn("one", "Ayse@Example.com", kPassword, Soon());
    VEFA_CHECK_OK(signed_in);
    return *std::move(signed_in);
  }
  std::string ReasonOf(const std::string& token) {
    auto found = sessions_.Find(token, Soon());
    return found.ok() ? "fine" : found.error().reason;
  }

  testing::TestDatabase database_{vefa_gateway_migrations()};
  redis::Client redis_{testing::RedisAddress()};
  redis::Client no_redis_{"127.0.0.1:1"};
  // Near the real time, because Redis forgets by its own clock.
  ManualClock clock_{SystemClock().Now()};
  rpc::TenantDirectory tenants_{database_.service()};
  SessionEnds ends_{database_.service()};
  Sessions sessions_{database_.service(), redis_, tenants_, ends_, clock_, kCheap};
  Sessions without_redis_{database_.service(), no_redis_, tenants_, ends_, clock_, kCheap};
};

TEST_F(SessionsTest, ASignedInUserIsFoundByTheToken) {
  auto signed_in = SignIn();
  EXPECT_EQ(FromBase64Url(signed_in.token)->size(), 48u);
  auto found = sessions_.Find(signed_in.token, Soon());
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->email, "ayse@example.com");
  EXPECT_EQ(found->display_name, "Ayşe");
  EXPECT_EQ(found->role, "admin");
  EXPECT_EQ(found->tenant, database_.tenant());
  EXPECT_EQ(found->expire_time, clock_.Now() + kSessionLife);
  EXPECT_NE(SignIn().token, signed_in.token);
}

TEST_F(SessionsTest, TheDatabaseHoldsNoToken) {
  auto signed_in = SignIn();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM session"), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM session WHERE token_hash = '\\x" +
                            ToHex(crypto::Bytes(crypto::Sha256(signed_in.token))) + "'"),
            1);
  EXPECT_EQ(
      database_.Count("SELECT count(*) FROM user_account WHERE password_hash LIKE '%" + std::string(kPassword) + "%'"),
      0);
}

TEST_F(SessionsTest, WrongTenantUserAndPasswordAreRefusedAlike) {
  Put("gone@example.com", "viewer");
  database_.Run("UPDATE user_account SET disabled = true WHERE email = 'gone@example.com'");
  auto right = sessions_.SignIn("one", "ayse@example.com", "wrong password", Soon());
  for (auto refused : {sessions_.SignIn("one", "ayse@example.com", "wrong password", Soon()),
                       sessions_.SignIn("one", "nobody@example.com", kPassword, Soon()),
                       sessions_.SignIn("nowhere", "ayse@example.com", kPassword, Soon()),
                       sessions_.SignIn("two", "ayse@example.com", kPassword, Soon()),
                       sessions_.SignIn("one", "gone@example.com", kPassword, Soon())}) {
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
    EXPECT_EQ(refused.error().reason, "SIGN_IN_REFUSED");
    EXPECT_EQ(refused.error().message, right.error().message);
  }
  EXPECT_EQ(database_.Count("SELECT count(*) FROM session"), 0);
  EXPECT_EQ(sessions_.SignIn("", "", "", Soon()).error().violations.size(), 3u);
}

TEST_F(SessionsTest, SignOutEndsTheSessionEverywhere) {
  auto signed_in = SignIn();
  ASSERT_EQ(ReasonOf(signed_in.token), "fine");
  ASSERT_TRUE(sessions_.SignOut(signed_in.token, Soon()).ok());
  EXPECT_EQ(ReasonOf(signed_in.token), "SESSION_EXPIRED");
  EXPECT_EQ(without_redis_.Find(signed_in.token, Soon()).error().reason, "SESSION_EXPIRED");
  EXPECT_TRUE(sessions_.SignOut(signed_in.token, Soon()).ok());
}

TEST_F(SessionsTest, ASessionExpiresByIdlenessAndByAge) {
  auto signed_in = SignIn();
  clock_.Advance(minutes(29));
  EXPECT_TRUE(without_redis_.Find(signed_in.token, Soon()).ok());
  clock_.Advance(minutes(29));
  EXPECT_TRUE(without_redis_.Find(signed_in.token, Soon()).ok()) << "use must have moved the idle time";
  clock_.Advance(minutes(31));
  EXPECT_EQ(without_redis_.Find(signed_in.token, Soon()).error().reason, "SESSION_EXPIRED");
  auto busy = SignIn();
  for (int i = 0; i < 12 * 3 - 1; ++i) {
    clock_.Advance(minutes(20));
    ASSERT_TRUE(without_redis_.Find(busy.token, Soon()).ok()) << i;
  }
  clock_.Advance(minutes(20));
  // Redis still holds it and would say otherwise.
  EXPECT_EQ(ReasonOf(busy.token), "SESSION_EXPIRED");
}

TEST_F(SessionsTest, ATokenThatNeverWasIsMissingAndAnUnknownTenantIsSaid) {
  for (const char* bad : {"", "x", "AAAA", "%%%"}) EXPECT_EQ(ReasonOf(bad), "SESSION_MISSING") << bad;
  Uuid id = database_.tenant();
  std::string tenant(id.bytes.begin(), id.bytes.end());
  EXPECT_EQ(ReasonOf(ToBase64Url(tenant + std::string(32, 'x'))), "SESSION_MISSING");
  auto unknown = sessions_.Find(ToBase64Url(std::string(48, 'x')), Soon());
  EXPECT_EQ(unknown.error().code, Code::kNotFound);
  EXPECT_EQ(unknown.error().reason, "TENANT_UNKNOWN");
}

TEST_F(SessionsTest, ATokenDoesNotReachIntoAnotherTenant) {
  auto signed_in = SignIn();
  std::string bytes = *FromBase64Url(signed_in.token);
  Uuid other = database_.other_tenant();
  std::copy(other.bytes.begin(), other.bytes.end(), bytes.begin());
  EXPECT_EQ(ReasonOf(ToBase64Url(bytes)), "SESSION_MISSING");
}

TEST_F(SessionsTest, WithoutRedisEverythingWorks) {
  auto signed_in = without_redis_.SignIn("one", "ayse@example.com", kPassword, Soon());
  ASSERT_TRUE(signed_in.ok()) << signed_in.error().message;
  EXPECT_TRUE(without_redis_.Find(signed_in->token, Soon()).ok());
  EXPECT_TRUE(without_redis_.SignOut(signed_in->token, Soon()).ok());
  EXPECT_FALSE(without_redis_.Find(signed_in->token, Soon()).ok());
}

TEST_F(SessionsTest, RedisSparesTheDatabase) {
  auto signed_in = SignIn();
  postgres::Database nowhere("postgresql://x:x@127.0.0.1:1/x", 1);
  rpc::TenantDirectory tenants(nowhere);
  Sessions cached(nowhere, redis_, tenants, ends_, clock_, kCheap);
  EXPECT_TRUE(testing::Eventually([&] { return cached.Find(signed_in.token, Soon()).ok(); }));
  ASSERT_TRUE(redis_.Set("s:" + ToHex(crypto::Bytes(crypto::Sha256(signed_in.token))), "{broken", seconds(60)).ok());
  auto down = cached.Find(signed_in.token, Deadline::After(seconds(2)));
  EXPECT_EQ(down.error().code, Code::kUnavailable);
  EXPECT_TRUE(sessions_.Find(signed_in.token, Soon()).ok());
}

// Another gateway that has a copy from Redis and cannot even ask PostgreSQL for the session itself: nothing but what it
// heard of ends can make it refuse.
class CopiesTest : public SessionsTest {
 protected:
  bool Serves(const std::string& token) { return elsewhere_.Find(token, Deadline::After(seconds(1))).ok(); }
  void ExpectServed(const std::string& token) {
    EXPECT_TRUE(testing::Eventually([&] { return Serves(token); }));
  }
  void ExpectRefusedForGood(const std::string& token) {
    EXPECT_TRUE(testing::Eventually([&] { return !Serves(token); }, seconds(5)));
    auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    while (std::chrono::steady_clock::now() < until) ASSERT_FALSE(Serves(token));
  }
  postgres::Database nowhere_{"postgresql://x:x@127.0.0.1:1/x", 1};
  rpc::TenantDirectory nobody_{nowhere_};
  Sessions elsewhere_{nowhere_, redis_, nobody_, ends_, clock_, kCheap};
};

TEST_F(CopiesTest, AnEndIsKnownEverywhereThoughRedisWasNotTold) {
  auto ended = SignIn(), other = SignIn();
  ExpectServed(ended.token);
  ASSERT_TRUE(without_redis_.SignOut(ended.token, Soon()).ok());
  ExpectRefusedForGood(ended.token);
  ExpectServed(other.token);
}

TEST_F(CopiesTest, AChangedUserEndsEveryCopy) {
  auto before = SignIn();
  ExpectServed(before.token);
  Put("ayse@example.com", "viewer");
  ExpectRefusedForGood(before.token);
  auto after = SignIn();
  ExpectServed(after.token);
  database_.Run("UPDATE user_account SET disabled = true");
  ExpectRefusedForGood(after.token);
}

TEST_F(CopiesTest, ACopyIsNotBelievedWhileEndsCannotBeHeardOf) {
  auto signed_in = SignIn();
  ExpectServed(signed_in.token);
  postgres::Database gone("postgresql://x:x@127.0.0.1:1/x", 1);
  SessionEnds deaf(gone);
  Sessions unsure(nowhere_, redis_, nobody_, deaf, clock_, kCheap);
  EXPECT_EQ(unsure.Find(signed_in.token, Deadline::After(seconds(1))).error().code, Code::kUnavailable);
}

TEST_F(SessionsTest, AnotherPasswordOrRoleEndsOlderSessions) {
  auto signed_in = SignIn();
  EXPECT_FALSE(
      *PutUser(database_.owner(), {"one", "AYSE@example.com", "Ayşe", "admin", kPassword}, clock_, Soon(), kCheap));
  EXPECT_TRUE(without_redis_.Find(signed_in.token, Soon()).ok());
  Put("ayse@example.com", "viewer");
  EXPECT_EQ(without_redis_.Find(signed_in.token, Soon()).error().reason, "SESSION_EXPIRED");
  EXPECT_EQ(without_redis_.Find(SignIn().token, Soon())->role, "viewer");
}

TEST_F(SessionsTest, AHashOfYesterdaysCostIsMadeAnew) {
  Sessions dearer(database_.service(), redis_, tenants_, ends_, clock_, {128, 1, 1});
  ASSERT_TRUE(dearer.SignIn("one", "ayse@example.com", kPassword, Soon()).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM user_account WHERE password_hash LIKE '$argon2id$v=19$m=128,%'"), 1);
  EXPECT_TRUE(dearer.SignIn("one", "ayse@example.com", kPassword, Soon()).ok());
}

TEST_F(SessionsTest, UsersAreCheckedBeforeTheyAreAdded) {
  auto put = PutUser(database_.owner(), {"one", "no-address", "", "king", "short"}, clock_, Soon(), kCheap);
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().violations.size(), 4u);
  EXPECT_EQ(PutUser(database_.owner(), {"nowhere", "a@b.example", "A", "admin", kPassword}, clock_, Soon(), kCheap)
                .error()
                .reason,
            "TENANT_UNKNOWN");
}

TEST_F(SessionsTest, GuessingIsSlowedDownButDoesNotShutTheAccount) {
  for (int i = 0; i < SignInGuard::kFreeFailures; ++i)
    EXPECT_EQ(sessions_.SignIn("one", "ayse@example.com", "wrong password", Soon()).error().reason, "SIGN_IN_REFUSED");
  auto slowed = sessions_.SignIn("one", "AYSE@example.com", kPassword, Soon());
  ASSERT_FALSE(slowed.ok());
  EXPECT_EQ(slowed.error().reason, "SIGN_IN_BUSY");
  EXPECT_GT(slowed.error().retry_after_ms, 0);
  clock_.Advance(std::chrono::milliseconds(slowed.error().retry_after_ms));
  EXPECT_TRUE(sessions_.SignIn("one", "ayse@example.com", kPassword, Soon()).ok());
}

// Many at once are refused with a hint rather than queued without bound; nobody waits longer than
// the slot's second and a hash.
TEST_F(SessionsTest, TooManySignInsAtOnceAreToldToComeAgain) {
  Sessions slow(database_.service(), redis_, tenants_, ends_, clock_, {1 << 17, 8, 1});
  std::vector<std::thread> threads;
  std::mutex mutex;
  int busy = 0;
  int refused = 0;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      auto result = slow.SignIn("nowhere", std::to_string(i) + "@b.example", "x", Soon());
      std::lock_guard lock(mutex);
      if (!result.ok() && result.error().reason == "SIGN_IN_BUSY") {
        EXPECT_GT(result.error().retry_after_ms, 0);
        ++busy;
      } else if (!result.ok() && result.error().reason == "SIGN_IN_REFUSED") {
        ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(busy, 0);
  EXPECT_GE(refused, kHashesAtOnce);
  EXPECT_EQ(busy + refused, 16);
}

// An unknown user must take as long as a wrong password: the difference of medians tells.
TEST_F(SessionsTest, AnUnknownUserTakesAsLongAsAWrongPassword) {
  Sessions real(database_.service(), redis_, tenants_, ends_, clock_, {4096, 2, 1});
  ASSERT_TRUE(real.SignIn("one", "ayse@example.com", kPassword, Soon()).ok());  // Brings the hash to this cost.
  auto median = [&](const char* tenant, const char* email) {
    std::vector<double> times;
    for (int i = 0; i < 15; ++i) {
      clock_.Advance(minutes(1));  // Past what slows guessing down.
      auto start = std::chrono::steady_clock::now();
      EXPECT_FALSE(real.SignIn(tenant, email, "wrong password", Soon()).ok());
      times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::nth_element(times.begin(), times.begin() + 7, times.end());
    return times[7];
  };
  double wrong = median("one", "ayse@example.com");
  // Without the dummy hash these would be several times faster.
  EXPECT_GT(median("one", "nobody@example.com"), wrong * 0.6);
  EXPECT_GT(median("nowhere", "ayse@example.com"), wrong * 0.6);
}

}  // namespace
}  // namespace vefa::gateway
