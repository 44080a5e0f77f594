#include "libs/pii/key_ring.h"
#include "libs/testing/soon.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>

namespace vefa::pii {
namespace {

// Contact's part: which keys exist, and how often and for what it was asked.
class Owner {
 public:
  Result<std::vector<Key>> Answer(const Uuid& tenant, const std::vector<Uuid>& ids) {
    std::lock_guard lock(mutex_);
    ++asked;
    largest = std::max(largest, ids.size());
    if (away) return Unavailable("AWAY", "Nobody answers.");
    std::vector<Key> keys;
    for (const Uuid& id : ids)
      if (auto found = keys_.find({tenant, id}); found != keys_.end()) keys.push_back(found->second);
    return keys;
  }
  Uuid Add(const Uuid& tenant) {
    std::lock_guard lock(mutex_);
    Key key = NewKey(clock_);
    keys_.emplace(std::pair(tenant, key.id()), key);
    return key.id();
  }
  void Destroy(const Uuid& tenant, const Uuid& id) {
    std::lock_guard lock(mutex_);
    keys_.erase({tenant, id});
  }
  KeyRing::Fetch fetch() {
    return [this](const Uuid& tenant, const std::vector<Uuid>& ids, Deadline) { return Answer(tenant, ids); };
  }

  std::atomic<int> asked = 0;
  size_t largest = 0;
  bool away = false;

 private:
  std::mutex mutex_;
  SystemClock clock_;
  std::map<std::pair<Uuid, Uuid>, Key> keys_;
};

class KeyRingTest : public testing::Test {
 protected:
  // Until the condition holds; false after five seconds.
  template <typename Condition>
  static bool Eventually(Condition condition) {
    Deadline deadline = Deadline::After(std::chrono::seconds(5));
    while (!deadline.Passed()) {
      if (condition()) return true;
      std::this_thread::yield();
    }
    return false;
  }
  bool Has(KeyRing& ring, const Uuid& id) { return ring.Get(tenant_, {id}, Soon())->contains(id); }

  SystemClock clock_;
  const Uuid tenant_ = NewUuidV7(clock_);
  Owner owner_;
};

TEST_F(KeyRingTest, AsksOnceForWhatItHolds) {
  KeyRing ring(owner_.fetch());
  Uuid a = owner_.Add(tenant_), b = owner_.Add(tenant_), never = NewUuidV7(clock_);
  auto keys = ring.Get(tenant_, {a, b, a, never}, Soon());
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ(keys->size(), 2u);
  EXPECT_EQ(owner_.asked, 1);
  EXPECT_EQ(owner_.largest, 3u);
  // That a key is not there is held as well.
  EXPECT_EQ(ring.Get(tenant_, {a, b, never}, Soon())->size(), 2u);
  EXPECT_EQ(owner_.asked, 1);
  Uuid c = owner_.Add(tenant_);
  EXPECT_TRUE(Has(ring, c));
  EXPECT_EQ(owner_.asked, 2);
  EXPECT_EQ(ring.size(), 4u);
}

TEST_F(KeyRingTest, ForgetsADestroyedKeyWhenItsAgeIsUp) {
  KeyRing ring(owner_.fetch(), std::chrono::milliseconds(50));
  Uuid id = owner_.Add(tenant_);
  ASSERT_TRUE(Has(ring, id));
  owner_.Destroy(tenant_, id);
  EXPECT_TRUE(Eventually([&] { return !Has(ring, id); }));
  EXPECT_GE(owner_.asked, 2);
  // And without being asked for anything.
  EXPECT_TRUE(Eventually([&] {
    ring.Sweep();
    return ring.size() == 0;
  }));
}

TEST_F(KeyRingTest, KeepsAnotherTenantsKeysApart) {
  KeyRing ring(owner_.fetch());
  Uuid id = owner_.Add(tenant_);
  ASSERT_TRUE(Has(ring, id));
  EXPECT_TRUE(ring.Get(NewUuidV7(clock_), {id}, Soon())->empty());
}

TEST_F(KeyRingTest, HoldsNoMoreThanItsBound) {
  KeyRing ring(owner_.fetch(), kKeyAgeMax, 10);
  std::vector<Uuid> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(owner_.Add(tenant_));
  // Those asked for are all answered, whatever is held of them.
  EXPECT_EQ(ring.Get(tenant_, ids, Soon())->size(), 100u);
  EXPECT_EQ(ring.size(), 10u);
}

TEST_F(KeyRingTest, AsksInBatches) {
  KeyRing ring(owner_.fetch());
  std::vector<Uuid> ids;
  for (int i = 0; i < 2500; ++i) ids.push_back(owner_.Add(tenant_));
  EXPECT_EQ(ring.Get(tenant_, ids, Soon())->size(), 2500u);
  EXPECT_EQ(owner_.asked, 3);
  EXPECT_EQ(owner_.largest, kKeysPerFetch);
}

TEST_F(KeyRingTest, ATroubledOwnerIsAnErrorAndNotAMissingKey) {
  KeyRing ring(owner_.fetch());
  Uuid id = owner_.Add(tenant_);
  owner_.away = true;
  auto keys = ring.Get(tenant_, {id}, Soon());
  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().code, Code::kUnavailable);
  EXPECT_EQ(ring.size(), 0u);
  owner_.away = false;
  EXPECT_TRUE(Has(ring, id));
}

TEST_F(KeyRingTest, ServesManyThreads) {
  KeyRing ring(owner_.fetch(), std::chrono::milliseconds(1), 50);
  std::vector<Uuid> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(owner_.Add(tenant_));
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (size_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (size_t i = 0; i < 2000; ++i) {
          const Uuid& id = ids[(i * 7 + t * 13) % ids.size()];
          auto keys = ring.Get(tenant_, {id}, Soon());
          if (!keys.ok() || !keys->contains(id) || keys->at(id).id() != id) ++wrong;
        }
      });
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(ring.size(), 50u);
}

}  // namespace
}  // namespace vefa::pii
