"""Loops of a directed graph, without recursion: strongly connected components and distances."""

from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

Ways: TypeAlias = Sequence[Sequence[int]]
"""By node: the nodes that it leads to."""


def strong_components(ways: Ways) -> tuple[list[int], list[list[int]]]:
    """Returns the component of each node, and the nodes of each component.

    Two nodes are in one component where each leads to the other. Two depth-first searches find them (Sharir,
    "A strong-connectivity algorithm", Computers & Mathematics with Applications 7, 1981).
    Costs O(nodes + edges).
    """
    reverse: list[list[int]] = [[] for _ in ways]
    for node, targets in enumerate(ways):
        for target in targets:
            reverse[target].append(node)
    component = [-1] * len(ways)
    members: list[list[int]] = []
    for root in reversed(_post_order(ways)):
        if component[root] >= 0:
            continue
        own: list[int] = []
        stack = [root]
        component[root] = len(members)
        while stack:
            node = stack.pop()
            own.append(node)
            for source in reverse[node]:
                if component[source] < 0:
                    component[source] = len(members)
                    stack.append(source)
        members.append(own)
    return component, members


def distances(ways: Ways) -> list[int]:
    """Returns the number of edges from node 0 to each node.

    Nodes that it does not lead to are counted from the first of them, and so on.
    """
    distance = [-1] * len(ways)
    for root in range(len(ways)):
        if distance[root] < 0:
            distance[root] = 0
            queue = deque([root])
            while queue:
                node = queue.popleft()
                for target in ways[node]:
                    if distance[target] < 0:
                        distance[target] = distance[node] + 1
                        queue.append(target)
    return distance


def _post_order(ways: Ways) -> list[int]:
    was_visited = [False] * len(ways)
    order: list[int] = []
    for root in range(len(ways)):
        stack = [(root, iter(ways[root]))] if not was_visited[root] else []
        was_visited[root] = True
        while stack:
            node, rest = stack[-1]
            target = next((each for each in rest if not was_visited[each]), None)
            if target is None:
                stack.pop()
                order.append(node)
            else:
                was_visited[target] = True
                stack.append((target, iter(ways[target])))
    return order
