package dev.glimpse.scene.caption;

import dev.glimpse.scene.Description;
import dev.glimpse.scene.Draws;
import dev.glimpse.scene.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * One of very many wordings of each claim of the wide domain: other words, a relation from its other end, other orders
 * ("a blue square with a circle in red above it"), openings, or no articles at all. Which one is a function of the seed,
 * the number and the claim. Only the letters of letter figures are in upper case.
 *
 * @param seed   what tells one series of wordings from another
 * @param number which wording of the series
 */
public record LooseWording(long seed, long number) implements Wording {

    private static final List<String> OPENINGS = List.of(
            "a picture of ", "an image of ", "a drawing of ", "there is ", "a scene with ", "this shows ", "we see ");

    @Override
    public String caption(Statement statement) {
        Draws draws = Draws.of(seed, number);
        boolean isTerse = draws.oneIn(6);
        String opening = !isTerse && draws.oneIn(2) ? draws.oneOf(OPENINGS) : "";
        var nouns = new LooseNouns(draws, isTerse);
        return switch (statement) {
            case Statement.Counted counted -> opening.replace("there is", "there are") + nouns.counted(counted);
            case Statement.Shown shown
            when shown.links().isEmpty() -> opening + listed(nouns, draws.shuffled(shown.objects()), draws);
            case Statement.Shown shown
            when shown.links().size() == 1 -> related(nouns, turned(shown, draws), opening, draws);
            case Statement.Shown shown -> opening + chained(nouns, shown);
        };
    }

    private static String listed(LooseNouns nouns, List<Description> objects, Draws draws) {
        List<String> phrases = new ArrayList<>();
        objects.forEach(object -> phrases.add(nouns.one(object).phrase()));
        return phrases.size() == 2 && draws.oneIn(3)
                ? phrases.getFirst() + (draws.oneIn(2) ? " with " : " together with ") + phrases.getLast()
                : Grammar.list(phrases);
    }

    private static Statement.Shown turned(Statement.Shown shown, Draws draws) {
        return draws.oneIn(2) ? shown.turned().orElse(shown) : shown;
    }

    /** "a above b", "a is above b" or "b with a above it". */
    private static String related(LooseNouns nouns, Statement.Shown shown, String opening, Draws draws) {
        String first = nouns.one(shown.objects().getFirst()).phrase();
        String second = nouns.one(shown.objects().getLast()).phrase();
        String relation = nouns.words(shown.links().getFirst().relation());
        return switch (draws.wholeBetween(1, 4)) {
            case 1 -> first + " is " + relation + ' ' + second;
            case 2 -> opening + second + " with " + first + ' ' + relation + " it";
            default -> opening + first + ' ' + relation + ' ' + second;
        };
    }

    private static String chained(LooseNouns nouns, Statement.Shown shown) {
        var first = nouns.one(shown.objects().getFirst());
        String relation = nouns.words(shown.links().getFirst().relation());
        var second = nouns.one(shown.objects().get(1));
        Statement.Link last = shown.links().getLast();
        String third = nouns.one(shown.objects().getLast()).phrase();
        String again = "the " + (last.second() == 0 ? first : second).bare();
        return first.phrase() + ' ' + relation + ' ' + second.phrase() + ", and " + third + ' '
                + nouns.words(last.relation()) + ' ' + again;
    }
}
