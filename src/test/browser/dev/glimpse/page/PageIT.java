package dev.glimpse.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.RequestOptions;
import dev.glimpse.FreshData;
import dev.glimpse.demo.EmojiCorpus;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.item.Kind;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.draw.SceneRenderer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page as a person sees it: in a real browser, over the sample corpus. Leaves pictures in target/screenshots. */
@Tag("browser")
@QuarkusTest
@WithTestResource(FreshData.class)
@TestProfile(PageIT.WithDemo.class)
class PageIT {

    private static final int ITEMS_OF_EACH_KIND = 1952;
    private static final int HITS = 20;
    private static final int CAT_FACES = 9;
    private static final String CAT = "emoji-1f63a";
    private static final Pattern CAT_FACE = Pattern.compile("image/emoji-1f63[89a-f]|image/emoji-1f431");
    private static final Pattern FINISHED = Pattern.compile("all after \\d+ ms");
    private static final double SILENCE_MS = 3000;
    /** An EventSource waits for about three seconds before it asks again. */
    private static final double RECONNECTION_MS = 5000;

    private static final int WIDE = 1280;
    private static final int NARROW = 390;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The sample corpus is published at start. */
    public static class WithDemo implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("glimpse.demo", "true");
        }
    }

    private static Chromium chromium;
    private static Browser browser;

    @TestHTTPResource("/")
    URI address;

    @Inject
    IndexView view;

    private final List<String> complaints = new ArrayList<>();
    private final List<Request> searches = new ArrayList<>();
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void startBrowser() {
        chromium = new Chromium();
        browser = chromium.browser();
    }

    @AfterAll
    static void stopBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void openPage() {
        await().atMost(Duration.ofMinutes(3))
                .until(() -> size(Kind.IMAGE) == ITEMS_OF_EACH_KIND && size(Kind.TEXT) == ITEMS_OF_EACH_KIND);
        context = browser.newContext(new Browser.NewContextOptions().setViewportSize(WIDE, 900));
        page = watched(context);
        page.navigate(address.toString());
    }

    @AfterEach
    void closePage() {
        context.close();
        assertThat(complaints).as("what the browser's console complains of").isEmpty();
    }

    @Test
    void aPhraseFillsTheGridWithTheAnswer() throws Exception {
        ask("a happy cat");

        List<String> items = items(page);
        assertThat(items).hasSize(HITS);
        assertThat(items.subList(0, 5)).anyMatch(CAT_FACE.asMatchPredicate());
        assertThat(items.getFirst()).matches(CAT_FACE);
        assertThat(items).isEqualTo(hits("text=a+happy+cat&target=image"));
        awaitPictures();
        assertThat(status())
                .startsWith("20 of 1,952 ")
                .contains("exact")
                .containsPattern("first after \\d+ ms")
                .doesNotContain("undefined");
        assertThat(page.locator("#stages > li").allInnerTexts())
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(stage -> assertThat(stage).matches("\\w+ \\d+\\.\\d ms(, [\\d,]+ of [\\d,]+ compared)?"))
                .anySatisfy(stage -> assertThat(stage).startsWith("encode "))
                .anySatisfy(stage -> assertThat(stage).startsWith("exact ").endsWith("1,952 of 1,952 compared"));
    }

    @Test
    void aSecondPhraseEmptiesTheGridAndItsAddressShowsTheSameAnswer() throws Exception {
        ask("a happy cat");
        page.evaluate("""
                () => {
                  window.sizes = [];
                  const grid = document.querySelector("#hits");
                  new MutationObserver(() => sizes.push(grid.children.length)).observe(grid, { childList: true });
                }""");

        ask("rain & snow");

        assertThat(((String) page.evaluate("sizes.join()")).split(","))
                .startsWith("0")
                .endsWith("20");
        List<String> items = items(page);
        assertThat(items).isEqualTo(hits("text=rain+%26+snow&target=image"));
        assertThat(URI.create(page.url()).getRawQuery())
                .contains("text=rain")
                .contains("%26")
                .doesNotContain("cat");

        Page other = watched(context);
        other.navigate(page.url());
        awaitAnswer(other);
        assertThat(other.locator("#text").inputValue()).isEqualTo("rain & snow");
        assertThat(items(other)).isEqualTo(items);
    }

    @Test
    void theRankDecidesWhatCounts() throws Exception {
        choose("Texts");
        page.selectOption("#rank", "lexical");
        ask("weary cat");
        assertThat(items(page))
                .startsWith("text/emoji-1f640")
                .isEqualTo(hits("text=weary+cat&target=text&rank=lexical"));
        assertThat(page.locator("#stages li").allTextContents())
                .singleElement()
                .asString()
                .startsWith("lexical ");

        page.selectOption("#rank", "hybrid");
        awaitAnswer(page);
        assertThat(items(page)).isEqualTo(hits("text=weary+cat&target=text&rank=hybrid"));
        page.reload();
        awaitAnswer(page);
        assertThat(page.inputValue("#rank")).isEqualTo("hybrid");
        shoot("hybrid");
    }

    @Test
    void theFilterDecidesWhatIsSearched() throws Exception {
        page.fill("#filter", "subgroup:cat-face");
        ask("a happy dog");

        assertThat(items(page))
                .hasSize(CAT_FACES)
                .isEqualTo(hits("text=a+happy+dog&target=image&filter=subgroup%3Acat-face"));
        assertThat(page.url()).contains("filter=subgroup%3Acat-face");

        page.reload();
        awaitAnswer(page);
        assertThat(page.inputValue("#filter")).isEqualTo("subgroup:cat-face");
        assertThat(items(page)).hasSize(CAT_FACES);

        page.fill("#filter", "subgroup:");
        page.press("#filter", "Enter");
        page.waitForFunction("document.querySelector('#status').classList.contains('problem')");
        assertThat(status()).contains("at column 10: a value is missing");
        shoot("filter");
        assertThat(complaints).isNotEmpty().allMatch(complaint -> complaint.contains("status of 400"));
        complaints.clear();
    }

    @Test
    void moreIsShownBehindWhatThereIs() throws Exception {
        ask("a happy cat");
        String first = page.url();

        for (int shown = 2 * HITS; shown <= 3 * HITS; shown += HITS) {
            page.click("#more");
            page.waitForFunction("shown => document.querySelectorAll('#hits > li').length === shown", shown);
            awaitAnswer(page);
        }

        assertThat(items(page)).isEqualTo(hits("text=a+happy+cat&target=image&k=60"));
        assertThat(status()).startsWith("60 of 1,952 ");
        assertThat(page.url()).isEqualTo(first);
        page.locator("#more").scrollIntoViewIfNeeded();
        shoot("more");

        page.fill("#filter", "subgroup:cat-face");
        ask("a happy cat");
        assertThat(items(page)).hasSize(CAT_FACES);
        assertThat(page.locator("#more").isVisible()).isFalse();
    }

    @Test
    void whatIsAlikeIsShownAsOne() throws Exception {
        page.fill("#filter", "subgroup:family");
        ask("a family");
        List<String> all = items(page);

        page.check("#collapse");
        awaitAnswer(page);

        assertThat(items(page))
                .isEqualTo(hits("text=a+family&target=image&filter=subgroup%3Afamily&collapse=0.99"))
                .hasSizeLessThan(all.size());
        assertThat(page.locator("#hits .similarity").allTextContents())
                .anyMatch(shown -> shown.matches("\\d\\.\\d{3} · \\d+( or more)? alike"));
        shoot("alike");

        page.reload();
        awaitAnswer(page);
        assertThat(page.isChecked("#collapse")).isTrue();
    }

    @Test
    void theTargetDecidesWhatIsFound() throws Exception {
        ask("a happy cat");

        choose("Texts");
        awaitAnswer(page);
        assertThat(items(page)).isEqualTo(hits("text=a+happy+cat&target=text"));
        assertThat(page.locator("#hits img").count()).isZero();

        choose("Both");
        awaitAnswer(page);
        assertThat(items(page))
                .isEqualTo(hits("text=a+happy+cat&target=any"))
                .anyMatch(item -> item.startsWith("image/"))
                .anyMatch(item -> item.startsWith("text/"));
    }

    @Test
    void aDrawnSceneFindsATextThatIsTrueOfIt() {
        Scene scene = new SceneGenerator(1).scene(1);
        ask("a happy cat");
        choose("Texts");
        awaitAnswer(page);

        upload("scene.png", "image/png", new SceneRenderer().png(scene));

        List<String> items = items(page);
        assertThat(items).hasSize(HITS).allMatch(item -> item.startsWith("text/"));
        assertThat(items.getFirst()).startsWith("text/scene-");
        long number = Long.parseLong(items.getFirst().substring("text/scene-".length()));
        assertThat(new SceneGenerator(1).scene(number).statement().isTrueOf(scene))
                .isTrue();
        assertThat(page.locator("#text").inputValue()).isEmpty();
        assertThat(page.locator("#query-picture").isVisible()).isTrue();
        // The address must not go on promising the phrase that was asked before.
        assertThat(page.url()).contains("vector=").doesNotContain("text=");

        choose("Images");
        awaitAnswer(page);
        assertThat(items(page)).hasSize(HITS).startsWith("image/scene-1");
        awaitPictures();

        Page other = watched(context);
        other.navigate(page.url());
        awaitAnswer(other);
        assertThat(items(other)).isEqualTo(items(page));
        choose(other, "Texts");
        awaitAnswer(other);
        assertThat(items(other)).isEqualTo(items);
    }

    @Test
    void aDrawingFindsItsNameAndItself() {
        choose("Texts");
        upload("cat.svg", "image/svg+xml", svg(CAT).getBytes(StandardCharsets.UTF_8));
        assertThat(page.locator("#hits .words").allInnerTexts().subList(0, 3)).contains("grinning cat");

        choose("Images");
        awaitAnswer(page);
        assertThat(items(page)).hasSize(HITS).startsWith("image/" + CAT);
        assertThat(page.locator("#hits .similarity").first().innerText()).isEqualTo("1.000");
        awaitPictures();
    }

    @Test
    void aPhraseTypedAfterAPictureIsKeptAndAskedForWhenTheTargetChanges() throws Exception {
        upload("cat.svg", "image/svg+xml", svg(CAT).getBytes(StandardCharsets.UTF_8));

        page.locator("#text").fill("rain");
        choose("Texts");
        awaitAnswer(page);

        assertThat(page.locator("#text").inputValue()).isEqualTo("rain");
        assertThat(items(page)).isEqualTo(hits("text=rain&target=text"));
        assertThat(page.locator("#query-picture").isVisible()).isFalse();
    }

    @Test
    void aFileThatIsTooLargeIsExplained() {
        page.evaluate("""
                () => {
                  const data = new DataTransfer();
                  data.items.add(new File([new Uint8Array(21 * 1024 * 1024)], "large.png", { type: "image/png" }));
                  dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
                }""");
        page.locator("#status.problem").waitFor();

        assertThat(status()).contains("at most 20971520");
        assertThat(complaints).singleElement().asString().contains("status of 413");
        complaints.clear();
    }

    @Test
    void aDroppedPictureIsSearchedFor() {
        page.evaluate("""
                svg => {
                  const data = new DataTransfer();
                  data.items.add(new File([svg], "cat.svg", { type: "image/svg+xml" }));
                  const drop = document.querySelector("#drop");
                  drop.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true }));
                  drop.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
                }""", svg(CAT));
        awaitAnswer(page);

        assertThat(items(page)).startsWith("image/" + CAT);
        assertThat(searches).hasSize(1);
    }

    @Test
    void aFileThatIsNoPictureIsExplainedAndThePageGoesOn() throws Exception {
        byte[] letter = "Dear Sir or Madam".getBytes(StandardCharsets.UTF_8);

        page.locator("#picture").setInputFiles(new FilePayload("letter.txt", "text/plain", letter));
        page.locator("#status.problem").waitFor();

        APIResponse refused = context.request()
                .post(
                        address.resolve("/search").toString(),
                        RequestOptions.create()
                                .setData(letter)
                                .setHeader("Content-Type", "application/octet-stream")
                                .setHeader("Accept", "application/json"));
        assertThat(refused.status()).isBetween(400, 499);
        assertThat(status())
                .isNotBlank()
                .isEqualTo(JSON.readTree(refused.text()).get("detail").textValue());
        assertThat(items(page)).isEmpty();
        assertThat(page.locator("#query-picture").isVisible()).isFalse();
        // Chromium itself writes every refusal to the console; a page can't keep it from that.
        assertThat(complaints).singleElement().asString().contains("status of " + refused.status());
        complaints.clear();
        shoot("problem");

        ask("a happy cat");
        assertThat(items(page)).isEqualTo(hits("text=a+happy+cat&target=image"));
        assertThat(page.locator("#status.problem").count()).isZero();
    }

    @Test
    void asksOnceForEachAnswer() {
        ask("a happy cat");

        page.waitForTimeout(SILENCE_MS);

        assertThat(searches).hasSize(1);
    }

    @Test
    void aBareEventSourceAsksAgainOnceAndIsToldThatThereIsNoMore() {
        Response nothing = page.waitForResponse(
                response -> response.status() == 204,
                () -> page.evaluate("() => { window.bare = new EventSource('/search?text=x&k=1'); }"));
        assertThat(nothing.request().headerValue("last-event-id")).endsWith(".end");

        page.waitForTimeout(RECONNECTION_MS);

        assertThat(searches).extracting(request -> request.response().status()).containsExactly(200, 204);
        assertThat(page.evaluate("bare.readyState")).isEqualTo(2);
    }

    @Test
    void fitsWideAndNarrowScreensInLightAndDark() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(WIDE, NARROW)) {
                context.close();
                context = browser.newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, 900)
                        .setColorScheme(scheme));
                page = watched(context);
                String name =
                        "%s-%s".formatted(scheme.name().toLowerCase(Locale.ROOT), width == WIDE ? "wide" : "narrow");
                page.navigate(address.toString());
                shoot(name + "-empty");
                ask("a happy cat");
                awaitPictures();
                assertFits();
                shoot(name + "-images");
                choose("Both");
                awaitAnswer(page);
                upload("scene.png", "image/png", new SceneRenderer().png(new SceneGenerator(1).scene(0)));
                awaitPictures();
                assertFits();
                shoot(name + "-both");
            }
        }
    }

    private Page watched(BrowserContext in) {
        Page opened = in.newPage();
        opened.onConsoleMessage(message -> {
            if (List.of("error", "warning").contains(message.type())) {
                complaints.add(message.text());
            }
        });
        opened.onPageError(complaints::add);
        opened.onRequest(request -> {
            if (request.url().startsWith(address.resolve("/search").toString())) {
                searches.add(request);
            }
        });
        return opened;
    }

    private void ask(String phrase) {
        page.locator("#text").fill(phrase);
        page.locator("#text").press("Enter");
        awaitAnswer(page);
    }

    private void choose(String target) {
        choose(page, target);
    }

    private static void choose(Page shown, String target) {
        shown.getByLabel(target, new Page.GetByLabelOptions().setExact(true)).check();
    }

    private void upload(String name, String type, byte[] picture) {
        page.locator("#picture").setInputFiles(new FilePayload(name, type, picture));
        awaitAnswer(page);
    }

    private static void awaitAnswer(Page asked) {
        asked.locator("#status")
                .filter(new Locator.FilterOptions().setHasText(FINISHED))
                .waitFor();
    }

    /** Every card that has a picture shows it. */
    private void awaitPictures() {
        page.waitForFunction("""
                () => [...document.querySelectorAll("#hits img")]
                  .every(image => image.complete && image.naturalWidth > 0)""");
        assertThat(page.locator("#hits img").count()).isPositive();
    }

    private void assertFits() {
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
    }

    private String status() {
        return page.locator("#status").innerText();
    }

    private static List<String> items(Page shown) {
        String items = (String)
                shown.locator("#hits > li").evaluateAll("items => items.map(item => item.dataset.item).join('\\n')");
        return items.lines().toList();
    }

    /** The items of the answer that a program gets. */
    private List<String> hits(String query) throws Exception {
        APIResponse answer = context.request()
                .get(
                        address.resolve("/search?" + query).toString(),
                        RequestOptions.create().setHeader("Accept", "application/json"));
        assertThat(answer.status()).isEqualTo(200);
        JsonNode hits = JSON.readTree(answer.text()).get("hits");
        return StreamSupport.stream(hits.spliterator(), false)
                .map(hit -> hit.get("kind").textValue() + "/" + hit.get("id").textValue())
                .toList();
    }

    private void shoot(String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "screenshots", name + ".png"))
                .setFullPage(true));
    }

    private static String svg(String id) {
        return EmojiCorpus.read().stream()
                .filter(emoji -> emoji.id().equals(id))
                .findFirst()
                .orElseThrow()
                .svg();
    }

    private int size(Kind kind) {
        try (IndexSnapshot snapshot = view.snapshot().orElse(null)) {
            return snapshot == null ? 0 : snapshot.size(kind);
        }
    }
}
