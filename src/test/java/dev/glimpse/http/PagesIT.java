package dev.glimpse.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.draw.SceneRenderer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cursor=} and {@code collapse=}, through a real broker, model and index. */
@QuarkusTest
@WithTestResource(FreshData.class)
class PagesIT {

    private static final int SCENES = 30;

    /** Pictures of each scene, which differ in one pixel. */
    private static final int COPIES = 3;

    private final SceneGenerator scenes = new SceneGenerator(4711);
    private final SceneRenderer renderer = new SceneRenderer();

    private static boolean filled;

    @BeforeEach
    void fillOnce() throws Exception {
        if (filled) {
            return;
        }
        List<String> fresh = new ArrayList<>();
        try (OutsideProducer producer = new OutsideProducer()) {
            for (int n = 0; n < SCENES; n++) {
                Scene scene = scenes.scene(n);
                for (int copy = 0; copy < COPIES; copy++) {
                    fresh.add(producer.send(
                            "glimpse.images",
                            "paged-%d-%d".formatted(n, copy),
                            spotted(renderer.draw(scene), copy),
                            "glimpse-caption",
                            "picture %d".formatted(n),
                            "glimpse-metadata",
                            "{\"copy\":%d}".formatted(copy)));
                }
            }
        }
        given().accept(ContentType.JSON)
                .get("/search?text=a&timeout=30s&fresh=" + String.join(",", fresh))
                .then()
                .statusCode(200);
        filled = true;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text=a+red+circle&filter=copy:*",
                "text=a+red+circle&filter=copy<2",
                "text=picture&rank=lexical&filter=copy:*",
                "like=image/paged-3-0&target=any&filter=copy:*",
                "text=a+red+circle&collapse=0.99&filter=copy:*"
            })
    void pagesAreTheLongListCut(String query) {
        List<String> all = ids(get(query + "&k=100").statusCode(200));
        assertThat(all).hasSizeGreaterThan(20).doesNotHaveDuplicates();

        List<String> paged = new ArrayList<>();
        String cursor = "*";
        String next = query + "&k=7&cursor=*";
        while (cursor != null) {
            ValidatableResponse page = get(next).statusCode(200).body("final.exact", equalTo(true));
            List<String> ids = ids(page);
            assertThat(ids).hasSizeLessThanOrEqualTo(7);
            assertThat(ids(get(next))).as("the same page again").isEqualTo(ids);
            paged.addAll(ids);
            cursor = page.extract().path("final.cursor");
            next = "cursor=" + cursor;
        }

        assertThat(paged).isEqualTo(all);
    }

    @Test
    void fusedPagesRepeatNothing() {
        ValidatableResponse first = get("text=picture&rank=hybrid&filter=copy:*&k=40&cursor=*");
        ValidatableResponse second = get("cursor=" + first.extract().path("final.cursor"));

        assertThat(ids(second)).hasSize(40).doesNotContainAnyElementsOf(ids(first));
    }

    @Test
    void aPageIsOfWhatTheViewHeldWhenTheAnswerBegan() throws Exception {
        OutsideProducer.sendOne("glimpse.texts", "kept", bytes("kept for the page"));
        String last = OutsideProducer.sendOne("glimpse.texts", "kept too", bytes("kept for the page, too"));
        ValidatableResponse first = get("text=kept+for+the+page&target=text&k=1&cursor=*&timeout=30s&fresh=" + last);
        String cursor = first.extract().path("final.cursor");

        String gone = OutsideProducer.sendOne("glimpse.texts", "kept", null);
        String goneToo = OutsideProducer.sendOne("glimpse.texts", "kept too", null);
        String late = OutsideProducer.sendOne("glimpse.texts", "late", bytes("kept for the page"));
        List<String> now = ids(
                get("text=kept+for+the+page&target=text&timeout=30s&fresh=%s,%s,%s".formatted(gone, goneToo, late)));

        assertThat(now).contains("late").doesNotContain("kept", "kept too");
        List<String> both = new ArrayList<>(ids(first));
        both.addAll(ids(get("cursor=" + cursor)));
        assertThat(both).containsExactlyInAnyOrder("kept", "kept too");
    }

    @Test
    void nearDuplicatesAreShownAsOne() {
        ValidatableResponse answer = get("text=a+blue+square&k=100&filter=copy:*&collapse=0.99");

        answer.statusCode(200).body("final.exact", equalTo(true));
        JsonPath json = answer.extract().jsonPath();
        List<String> ids = json.getList("hits.id");
        assertThat(ids.stream().map(PagesIT::scene)).doesNotHaveDuplicates();
        for (int i = 0; i < ids.size(); i++) {
            String scene = scene(ids.get(i));
            assertThat(json.<String>getList("hits[%d].duplicates".formatted(i)))
                    .as("those of " + scene)
                    .filteredOn(of -> scene(of).equals("image/" + scene))
                    .hasSize(COPIES - 1);
        }
        get("text=a+blue+square&k=100").body("hits[0].duplicates", nullValue());
    }

    @Test
    void nearDuplicatesOfAnItemAreThoseOverAThreshold() {
        get("like=image/paged-5-1&min_similarity=0.99&k=100")
                .statusCode(200)
                .body("hits.id", hasItems("paged-5-0", "paged-5-1", "paged-5-2"));
    }

    @Test
    void theLastPageHasNoCursor() {
        get("text=a&filter=copy:0&k=30&cursor=*").body("hits", hasSize(30));
        get("text=a&filter=copy:0&k=31&cursor=*").body("hits", hasSize(30)).body("final.cursor", nullValue());
        get("text=a&k=30").body("final.cursor", nullValue());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cursor=x                                                   | 410 | the cursor 'x' has expired
            cursor=00000000-0000-0000-0000-000000000000.20             | 410 | begin again with cursor=*
            cursor=00000000-0000-0000-0000-000000000000.20&k=3         | 400 | the parameter 'k': it stays as it was on the first page
            text=a&cursor=*&rerank=5                                   | 400 | rerank goes neither with collapse nor with cursor
            text=a&collapse=0.1                                        | 400 | collapse is 0.1; it must be 0.5 to 1
            text=a&collapse=NaN                                        | 400 | collapse is NaN
            text=a&collapse=0.9&k=101                                  | 400 | with collapse it must be 1 to 100
            """)
    void refusesWithAReason(String query, int status, String detail) {
        get(query).statusCode(status).body("detail", containsString(detail));
    }

    private static ValidatableResponse get(String query) {
        return given().accept(ContentType.JSON)
                .urlEncodingEnabled(false)
                .get("/search?" + query.replace("<", "%3C"))
                .then();
    }

    private static List<String> ids(ValidatableResponse response) {
        return response.extract().jsonPath().getList("hits.id");
    }

    private static String scene(String id) {
        return id.substring(0, id.lastIndexOf('-'));
    }

    private static byte[] spotted(BufferedImage drawn, int spot) {
        drawn.setRGB(spot, 0, Color.GRAY.getRGB());
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(drawn, "png", png);
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
